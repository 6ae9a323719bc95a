"""`cell bag`: what a cell says, recorded for standard tools, and played again."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from cell.faces.cli.ordering import Domain, namespace_of
from cell.launcher.env import environment

app = typer.Typer(no_args_is_help=True, help="Record what a cell says, and play it again.")
File = Annotated[Path, typer.Argument(help="The bag, an MCAP file.")]
TURN_S = 0.5


@app.callback()
def _group() -> None:
    """Record what a cell says, and play it again."""


@app.command("record")
def record(
    file: File,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="End after so long; without it at Ctrl-C. [s]")
    ] = None,
    domain: Domain = None,
    namespace: Annotated[
        str | None,
        typer.Option(
            help="Only the cell in this ROS namespace, with what lies in none, e.g. /tf; default: "
            "every topic of the domain."
        ),
    ] = None,
) -> None:
    """Write every topic of the ROS domain into a new bag, until Ctrl-C."""
    space = None if namespace is None else namespace_of(namespace)
    _join(domain)
    _record(file, seconds, space)


@app.command("play")
def play(
    file: File,
    rate: Annotated[
        float, typer.Option(min=0.01, max=100.0, help="So many times as fast as it was.")
    ] = 1.0,
    domain: Domain = None,
    namespace: Annotated[
        str | None,
        typer.Option(help="ROS namespace to play its cell in; default: the one that it had."),
    ] = None,
) -> None:
    """Say again what a bag holds, where no cell runs; never commands to the belt or the arm."""
    space = None if namespace is None else namespace_of(namespace)
    _join(domain)
    from cell.client.replaying import replay

    print(f"{replay(file, rate, namespace=space)} messages played")


def _record(file: Path, seconds: float | None, namespace: str | None) -> None:
    from cell.client.recording import Recording

    with Recording(file, namespace) as bag:
        deadline = time.monotonic() + (seconds if seconds is not None else float("inf"))
        try:
            while time.monotonic() < deadline:
                bag.listen(min(TURN_S, max(deadline - time.monotonic(), 0.0)))
        except KeyboardInterrupt:
            pass
    for topic, count in sorted(bag.messages.items()):
        print(f"{count:7d}  {topic}")
    for kind in sorted(bag.unknown):
        print(f"left out: {kind} is not installed here")


def _join(domain: int | None) -> None:
    env = environment(domain)
    os.environ.update({k: v for k, v in env.items() if k.startswith(("ROS_", "FASTRTPS_"))})
