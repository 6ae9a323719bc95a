"""`cell run`: the cell and its twin on this machine, or the cell on real hardware."""

from __future__ import annotations

import json
import os
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from inspection_cell_interfaces.msg import CellState
from rich.console import Console

from cell.cli.demo import demo_overrides, demo_twin
from cell.cli.errors import UsageError
from cell.cli.summary import print_summary
from cell.config import load
from cell.inspection import load_inspection_parts
from cell.launcher.recovery import belt_is_empty, recover
from cell.launcher.report import build_report, law_held
from cell.launcher.session import Session

console = Console()


class _InterruptedError(Exception):
    """Ctrl-C or SIGTERM."""


def run(
    parts: Annotated[
        int, typer.Option(min=0, help="End after so many parts; 0: run until Ctrl-C.")
    ] = 0,
    headless: Annotated[bool, typer.Option(help="No operator's page; start by itself.")] = False,
    report: Annotated[Path | None, typer.Option(help="Write the run report (JSON) here.")] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the twin: boards, order, positions, light.")
    ] = 1,
    belt_speed: Annotated[float, typer.Option(min=0.02, max=0.5, help="Belt speed [m/s].")] = 0.2,
    pitch: Annotated[
        float, typer.Option(min=0.2, max=5.0, help="Distance between parts [m].")
    ] = 0.35,
    defective: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of defective parts that the twin sends.")
    ] = 0.33,
    recipe: Annotated[
        str | None, typer.Option(help="Recipe instead of the configuration's.")
    ] = None,
    engine: Annotated[
        str | None, typer.Option(help="Inference engine instead of the configuration's.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Cell configuration (YAML); default: the demo cell.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="Folder for journal, records, pictures, logs.")
    ] = None,
    twin: Annotated[bool, typer.Option(help="Start the twin that stands for the hardware.")] = True,
    host: Annotated[
        str, typer.Option(help="Loopback address of the twin's arm and PLC.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port of the operator's page.")] = None,
    domain: Annotated[
        int | None, typer.Option(min=0, max=101, help="ROS domain of this run.")
    ] = None,
) -> None:
    """Run the inspection cell; with `--parts N --headless` it ends by itself and judges the run.

    Exit code 0 only if the law of the cell held: every part accounted for, no escape, every
    removal confirmed.
    """
    if parts and not twin:
        raise UsageError(
            "--parts counts the twin's boards; without the twin end the run with Ctrl-C."
        )
    if headless and not parts:
        raise UsageError("--headless needs --parts N: nobody could end the run otherwise.")
    folder = data or (
        Path("runs") / datetime.now().strftime("%Y%m%d-%H%M%S") if headless else Path("data")
    )
    folder = folder.resolve()
    overrides: dict[str, Any] = {"data_dir": str(folder), "belt.speed_m_s": belt_speed}
    if recipe:
        overrides["recipe"] = recipe
    if engine:
        overrides["inspector.engine"] = engine
    if port:
        overrides["hmi.port"] = port
    plan = None
    if twin and config is None:
        overrides |= demo_overrides(host, folder)
    cell_config = load(config, overrides)
    if twin:
        plan = demo_twin(
            cell_config, host, folder, seed=seed, parts=parts, pitch=pitch, defective=defective
        )
    # What is wrong with recipe or model is said before anything starts.
    load_inspection_parts(cell_config, cell_config.recipe)
    if domain is not None:
        os.environ["ROS_DOMAIN_ID"] = str(domain)
    session = Session(cell_config, folder, plan, console.print, domain, headless)
    os.environ.update({k: v for k, v in session.env.items() if k.startswith(("ROS_", "FASTRTPS_"))})

    def interrupt(*_: object) -> None:
        raise _InterruptedError

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    finished = False
    try:
        with console.status("starting the cell"):
            session.start()
            session.begin()
        if not headless:
            address = f"http://{cell_config.hmi.host}:{cell_config.hmi.port}"
            console.print(f"Operator's page: {address} (Ctrl-C ends)")
        finished = _produce(session, parts, unattended=headless)
    except _InterruptedError:
        console.print("stopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        session.stop()
    if plan is None or not (parts or report):
        return
    content = build_report(session, seed=seed)
    if report is not None:
        report.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print_summary(console, content)
    if not finished:
        raise UsageError(f"the run was ended before all {parts} parts were through.")
    broken = law_held(content)
    if broken:
        console.print(f"[bold red]The law of the cell did not hold: {'; '.join(broken)}[/]")
        raise typer.Exit(1)
    console.print("The law of the cell held.")


def _produce(session: Session, parts: int, unattended: bool) -> bool:
    """Tend the cell until `parts` parts are through and their accounts closed; True then."""
    first = session.link.state()
    before = _closed(first) if first is not None else 0
    last, shown = "", 0
    while True:
        session.tend()
        state = session.link.state()
        if state is not None:
            if state.state != last:
                last = state.state
                console.print(f"cell: {last}" + (f" - {state.reason}" if state.reason else ""))
            closed = _closed(state) - before
            if parts and closed != shown:
                shown = closed
                console.print(
                    f"{closed:4d} of {parts} parts: {state.passed} passed, "
                    f"{state.removed} removed, "
                    f"{state.purged} purged, {state.on_belt} on the belt"
                )
            if parts and closed >= parts and state.on_belt == 0 and belt_is_empty(session):
                return True
            if unattended and state.state in (CellState.FAULTED, CellState.PURGE_REQUIRED):
                recover(session, console.print)
        time.sleep(0.1)


def _closed(state: CellState) -> int:
    return int(state.passed + state.removed + state.purged)
