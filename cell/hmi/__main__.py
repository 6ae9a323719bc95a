"""`python -m cell.hmi`: serve the operator's page."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from cell.hmi.config import HmiConfig
from cell.hmi.server import LinkLost, PortInUse, serve

PORT_IN_USE = 3


def main(
    host: Annotated[str, typer.Option(help="Address to serve on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="TCP port of the page.")] = 8080,
    lang: Annotated[str, typer.Option(help="Language of a freshly opened page: ko or en.")] = "ko",
    person: Annotated[str, typer.Option(help="Who the cell records for commands.")] = "operator",
    data_dir: Annotated[
        str, typer.Option(help="Folder that relative paths of stored views start from.")
    ] = "",
) -> None:
    """Serve the line operator's page. ROS_DOMAIN_ID and its kin choose the cell to talk to."""
    try:
        config = HmiConfig.model_validate(
            {
                "host": host,
                "port": port,
                "language": lang,
                "person": person,
                "data_dir": data_dir or None,
            }
        )
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        print(f"error: --{name}: {first['msg']}", file=sys.stderr)
        raise typer.Exit(2) from None
    try:
        serve(config)
    except PortInUse as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(PORT_IN_USE) from None
    except LinkLost as error:
        print(f"error: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
