"""`python -m cell.faces.web`: serve the pages of the cell."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cell.config import CellConfig, load
from cell.config.stations import site_of
from cell.faces.web.server import serve
from cell.nodes.arguments import own_words
from cell.nodes.gate import pass_gate
from cell.texts import render
from models.ground.ending import end_with


def main(
    config: Annotated[
        Path | None,
        typer.Option(help="The cell's configuration; without it the built-in demo cell."),
    ] = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on.")] = None,
    port: Annotated[int | None, typer.Option(help="TCP port of the page.")] = None,
    lang: Annotated[str | None, typer.Option(help="For browsers that want none: ko or en.")] = None,
    namespace: Annotated[
        str | None, typer.Option(help="ROS namespace of the cell instead of the configuration's.")
    ] = None,
) -> None:
    """Serve the line operator's page. Namespace, ROS_DOMAIN_ID and its kin choose the cell to talk
    to.
    """
    given = {"hmi.host": host, "hmi.port": port, "hmi.language": lang, "namespace": namespace}
    run(config, {key: value for key, value in given.items() if value is not None})


def run(path: Path | None, overrides: Mapping[str, object]) -> None:
    """Serve until a signal. Raises a UserError for what cannot be served."""
    cell: CellConfig = load(path, overrides)
    site_of(cell)
    pass_gate()
    serve(cell)


def start(command: Sequence[str]) -> None:
    """Read the page's own words of the command line; what follows `--ros-args` is its node's, which
    reads it from sys.argv.
    """
    words = own_words(command)
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(main)
    app(args=words, prog_name="python -m cell.faces.web")


if __name__ == "__main__":
    end_with(lambda: start(sys.argv), words=render)
