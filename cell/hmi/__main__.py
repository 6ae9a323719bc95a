"""`python -m cell.hmi`: serve the operator's page."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from calibration.cell import CalibrationError
from cell.config import CellConfig, ConfigError, load
from cell.hmi.server import LinkLostError, PortError, serve
from cell.launcher.gate import pass_gate
from cell.nodes.arguments import ArgumentError, own_words
from cell.stations import site_of

FAILED = 1
USAGE = 2
PORT_IN_USE = 3


def main(
    config: Annotated[
        Path | None,
        typer.Option(help="The cell's configuration; without it the built-in demo cell."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port of the page.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of a new page: ko or en.")] = None,
    person: Annotated[
        str | None, typer.Option(help="Who the cell records as the giver of commands.")
    ] = None,
) -> None:
    """Serve the line operator's page. ROS_DOMAIN_ID and its kin choose the cell to talk to."""
    given = {"host": host, "port": port, "language": lang, "person": person}
    overrides = {f"hmi.{key}": value for key, value in given.items() if value is not None}
    raise typer.Exit(run(config, overrides))


def run(path: Path | None, overrides: Mapping[str, object]) -> int:
    """Serve until a signal; the exit code."""
    try:
        cell: CellConfig = load(path, overrides)
        site_of(cell)
    except (CalibrationError, ConfigError) as error:
        return fail(error, USAGE)
    pass_gate()
    try:
        serve(cell)
    except PortError as error:
        return fail(error, PORT_IN_USE)
    except LinkLostError as error:
        return fail(error, FAILED)
    return 0


def fail(error: Exception, code: int) -> int:
    """Say in one line what went wrong."""
    print(f"error: {error}", file=sys.stderr)
    return code


def start(command: Sequence[str]) -> None:
    """Read the page's own words of the command line; what follows `--ros-args` is its node's, which
    reads it from sys.argv.
    """
    try:
        words = own_words(command)
    except ArgumentError as error:
        sys.exit(fail(error, USAGE))
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app(args=words, prog_name="python -m cell.hmi")


if __name__ == "__main__":
    start(sys.argv)
