"""`python -m twin --config FILE`: run the twin until a signal or `quit` on its control port."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from calibration.cell import CalibrationError, load_calibration
from models.ending import end_with, refuse
from twin.app import Twin, load_parts
from twin.catalogue import ProductError
from twin.config import ConfigError, TwinConfig, load
from twin.listening import PortError
from twin.pictures import PartDataError
from twin.render import ImageFolderError

EXIT_FILE, EXIT_CONFIG, EXIT_PORT = 1, 2, 3


def main(
    config: Annotated[Path | None, typer.Option(help="Configuration file (YAML or JSON).")] = None,
    host: Annotated[str | None, typer.Option(help="Loopback address of every port.")] = None,
    seed: Annotated[int | None, typer.Option(help="Of parts, poses and light.")] = None,
    parts: Annotated[int | None, typer.Option(help="Parts in all; 0 for no end.")] = None,
    product: Annotated[str | None, typer.Option(help="What is fed first.")] = None,
    site: Annotated[
        Path | None, typer.Option(help="What stands where in truth (a calibration file).")
    ] = None,
    truth: Annotated[Path | None, typer.Option(help="Where to write what happened.")] = None,
) -> None:
    """Run the twin: arm, belt, parts and pictures, behind the hardware's own protocols."""
    logging.basicConfig(level=logging.INFO, format="twin: %(levelname)s: %(message)s")
    logging.getLogger("pymodbus").setLevel(logging.ERROR)
    changes: dict[str, Any] = {
        name: value
        for name, value in (
            ("host", host),
            ("seed", seed),
            ("parts", parts),
            ("product", product),
            ("calibration_file", site),
            ("truth_file", truth),
        )
        if value is not None
    }
    try:
        chosen = load(config) if config is not None else TwinConfig()
        chosen = chosen.model_copy(update=changes)
        asyncio.run(_run(chosen))
    except (ConfigError, ProductError, PartDataError, CalibrationError, ImageFolderError) as error:
        typer.echo(f"twin: {error}", err=True)
        raise typer.Exit(EXIT_CONFIG) from error
    except PortError as error:
        typer.echo(f"twin: {error}", err=True)
        raise typer.Exit(EXIT_PORT) from error
    except OSError as error:
        typer.echo(f"twin: {error}; check the image and truth folders and their space", err=True)
        raise typer.Exit(EXIT_FILE) from error


async def _run(config: TwinConfig) -> None:
    site = load_calibration(config.calibration_file)
    libraries, frames = load_parts(config, site)
    twin = Twin(config, site, libraries, frames)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, twin.stop)
    await twin.run(lambda: _announce(config))


def _announce(config: TwinConfig) -> None:
    print(
        f"twin ready host={config.host} plc={config.plc_port} control={config.control_port} "
        f"camera={config.camera_driver_port}/{config.camera_device_port} truth={config.truth_file}",
        flush=True,
    )


def _program() -> int:
    app = typer.Typer(add_completion=False)
    app.command()(main)
    command = typer.main.get_command(app)
    try:
        with command.make_context("python -m twin", sys.argv[1:]) as context:
            command.invoke(context)
    except typer.Exit as ended:
        return ended.exit_code
    except typer.TyperException as error:
        return refuse(error.format_message(), "twin")
    return 0


if __name__ == "__main__":
    end_with(_program, "twin")
