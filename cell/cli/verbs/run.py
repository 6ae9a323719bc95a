"""`cell run`: the cell and its twin on this machine, or the cell on real hardware."""

from __future__ import annotations

import json
import signal
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from inspection_cell_interfaces.msg import CellState
from rich.console import Console

from cell.cli.demo import demo_overrides, demo_twin
from cell.cli.errors import UsageError
from cell.cli.summary import print_summary
from cell.config import load
from cell.launcher.group import LaunchError
from cell.launcher.recovery import all_sent, recover
from cell.launcher.report import build_report, law_held
from cell.launcher.session import Session
from cell.products import load_inspection_parts

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
    belt_speed: Annotated[float, typer.Option(min=0.02, max=0.6, help="Belt speed [m/s].")] = 0.2,
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
        raise UsageError("--parts counts the twin's boards; without it, end the run with Ctrl-C.")
    if headless and not parts:
        raise UsageError("--headless needs --parts N: nobody could end the run otherwise.")
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = (data or (Path("runs") / stamp if headless else Path("data"))).resolve()
    overrides = {
        "data_dir": str(folder),
        "belt.speed_m_s": belt_speed,
        "recipe": recipe,
        "inspector.engine": engine,
        "hmi.port": port,
    }
    given = {key: value for key, value in overrides.items() if value is not None}
    if twin and config is None:
        given |= demo_overrides(host, folder)
    cell = load(config, given)
    # What is wrong with recipe or model is said before anything starts.
    load_inspection_parts(cell, cell.recipe)
    plan = None
    if twin:
        plan = demo_twin(
            cell, host, folder, seed=seed, parts=parts, pitch=pitch, defective=defective
        )
    session = Session(cell, folder, plan, console.print, domain, headless)
    finished, failure = False, None
    try:
        finished = _run(session, parts)
    except LaunchError as error:
        if not session.produced_s or plan is None:
            raise
        failure = error  # the report still tells what happened until then
    if plan is None or not (parts or report or failure):
        return
    content = build_report(session, seed=seed)
    if report is not None:
        report.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print_summary(console, content)
    if failure is not None:
        raise failure
    if parts and not finished:
        raise UsageError(f"the run was ended before all {parts} parts were through.")
    broken = law_held(content)
    if broken:
        console.print(f"[bold red]The law of the cell did not hold: {'; '.join(broken)}[/]")
        raise typer.Exit(1)
    console.print("The law of the cell held.")


def _run(session: Session, parts: int) -> bool:
    """Start, produce, stop; True when all parts are through, False after Ctrl-C or SIGTERM."""

    def interrupt(*_: object) -> None:
        raise _InterruptedError

    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        with console.status("starting the cell"):
            session.start()
            session.begin()
        if not session.headless:
            hmi = session.config.hmi
            console.print(f"Operator's page: http://{hmi.host}:{hmi.port} (Ctrl-C ends)")
        return _produce(session, parts)
    except _InterruptedError:
        console.print("stopping")
        return False
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        session.stop()


def _produce(session: Session, parts: int) -> bool:
    """Tend the cell until `parts` parts are through and their accounts are closed; True then."""
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
            if parts and state.on_belt == 0 and all_sent(session, parts):
                return True
            if session.headless and state.state in (CellState.FAULTED, CellState.PURGE_REQUIRED):
                recover(session, console.print)
        time.sleep(0.1)


def _closed(state: CellState) -> int:
    return int(state.passed + state.removed + state.purged)
