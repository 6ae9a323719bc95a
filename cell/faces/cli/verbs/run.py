"""`cell run`: the cell and its twin on this machine, or the cell on real hardware."""

from __future__ import annotations

import contextlib
import json
import time
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from inspection_cell_interfaces.msg import CellState
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError, SQLAlchemyError

from cell.config import CellConfig, load
from cell.config.processes import Process, chosen, parted
from cell.config.stations import ledger_config
from cell.faces.cli.demo import demo_twin
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse, typed
from cell.faces.cli.names import shown
from cell.faces.cli.summary import print_summary
from cell.faces.cli.terminal import terminal
from cell.faces.cli.verbs.evaluate import require_engine
from cell.faces.web.greeting import first_lines
from cell.launcher.demo import demo_overrides
from cell.launcher.group import LaunchError, RestartLimitError
from cell.launcher.interrupt import EndedError, Interrupt, InterruptedRunError
from cell.launcher.recovery import all_sent, recover
from cell.launcher.report import build_report, law_held
from cell.launcher.session import NotReadyError, Session
from cell.people.house import House
from cell.products.lookup import load_inspection_parts
from cell.records.folder import gone_if_unused
from cell.records.folder import require_writable as require_writable_folder
from cell.records.remedies import REBUILD
from cell.texts import render
from models.ground.writing import require_target, write_whole

console = terminal()


ORDERED = "cell run --start (the twin's belt starts empty)"
"""The person in the records who confirmed and started, by typing --start."""


def run(
    context: typer.Context,
    parts: Annotated[
        int, typer.Option(min=0, help="End after so many parts; 0: run until Ctrl-C.")
    ] = 0,
    headless: Annotated[
        bool, typer.Option(help="No operator's page; the twin's belt is started at once.")
    ] = False,
    start: Annotated[
        bool,
        typer.Option("--start", help="Your order: the twin's belt is empty, confirm it and start."),
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write the run report (JSON) here.")] = None,
    seed: Annotated[
        int, typer.Option(help="Seed of the twin: parts, order, positions, light.")
    ] = 1,
    belt_speed: Annotated[
        float | None,
        typer.Option(min=0.02, max=0.6, help="Belt speed instead of the configuration's [m/s]."),
    ] = None,
    pitch: Annotated[
        float, typer.Option(min=0.2, max=5.0, help="Distance between parts [m].")
    ] = 0.35,
    defective: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Share of defective parts that the twin sends.")
    ] = 0.33,
    recipe: Annotated[
        str | None, typer.Option(help="Recipe instead of the configuration's.")
    ] = None,
    camera: Annotated[
        str | None, typer.Option(help="Camera driver instead of the configuration's.")
    ] = None,
    arm: Annotated[
        str | None, typer.Option(help="Arm driver instead of the configuration's.")
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
    site: Annotated[
        Path | None,
        typer.Option(
            help="What stands where in truth (a calibration file), for the twin alone; default: "
            "the cell's own."
        ),
    ] = None,
    host: Annotated[
        str, typer.Option(help="Loopback address of the twin's arm and PLC.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port of the operator's page.")] = None,
    domain: Annotated[
        int | None, typer.Option(min=0, max=101, help="ROS domain of this run.")
    ] = None,
    nodes: Annotated[
        str | None,
        typer.Option(
            help="Which part of the cell runs on this host, with commas, e.g. belt,robot; the rest "
            "is started on another host."
        ),
    ] = None,
    namespace: Annotated[
        str | None,
        typer.Option(
            help="ROS namespace instead of the configuration's; two cells in one domain "
            "each have their own."
        ),
    ] = None,
) -> None:
    """Run the inspection cell; with `--parts N --headless` it ends by itself and judges the run.

    With a page nothing moves before a person has confirmed the belt and started it there, or
    has ordered so with `--start`. Exit code of a run of N parts: 0 only if the law of the cell
    held: every part accounted for, no escape, every removal confirmed or its part taken off by a
    person; 1 if not; 130 when Ctrl-C ended it before.
    """
    interrupt = Interrupt()
    interrupt.listen()
    if parts and not twin:
        raise UsageError("--parts counts the twin's parts; without it, end the run with Ctrl-C.")
    if headless and not parts:
        raise UsageError("--headless needs --parts N: nobody could end the run otherwise.")
    if start and not twin:
        raise UsageError(
            "--start says that the twin's belt is empty; what lies on a real belt only a person "
            "beside it can say: confirm and start on the operator's page."
        )
    if not twin:
        refuse(context, "without the twin", "seed", "pitch", "defective", "site", "host", "report")
    if headless:
        refuse(context, "without the operator's page", "port")
        refuse(context, "beside --headless, which starts the twin's belt at once", "start")
    part = _part(context, nodes)
    if not any(p.name == "hmi" for p in part):
        refuse(context, "where the operator's page does not run", "port")
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    folder = (data or (Path("runs") / stamp if headless else Path("data"))).resolve()
    if report is not None:
        require_target(report, (config,))
        if folder in report.resolve().parents and report.suffix != ".json":
            raise UsageError(
                f"--report {report}: lies in the data folder, whose files are the cell's own: give "
                "it a name that ends in .json, or another folder."
            )
    overrides = {
        "data_dir": str(folder),
        "belt.speed_m_s": belt_speed,
        "recipe": recipe,
        "inspector.engine": engine,
        "camera.driver": camera,
        "robot.arm.driver": arm,
        "hmi.port": port,
        "namespace": namespace,
    }
    given = {key: value for key, value in overrides.items() if value is not None}
    if twin and config is None:
        given |= demo_overrides(host, folder)
    cell = load(config, given)
    if twin and typed(context, "host") and config is not None:
        _require_there(cell, config, host)
    require_engine(context, cell, cell.recipe)
    # What is wrong with recipe, model or calibration is said before anything starts.
    load_inspection_parts(cell, cell.recipe)
    ledger_config(cell)
    plan = None
    if twin:
        plan = demo_twin(
            cell, host, folder, seed=seed, parts=parts, pitch=pitch, defective=defective, site=site
        )
    finished, failure = False, None
    with gone_if_unused(folder), gone_if_unused(Path(cell.data_dir)):
        for written in {folder, Path(cell.data_dir)}:
            require_writable_folder(written)
        session = Session(cell, folder, plan, say, domain, headless, interrupt, part)
        try:
            finished = _run(session, parts, start)
        except LaunchError as error:
            if not session.produced_s or plan is None:
                raise
            failure = error  # the report still tells what happened until then
    if (parts or report) and not finished and not session.produced_s:
        what = "the run was ended before the cell had started: there is nothing to tell"
        raise EndedError(what, interrupt.number)
    if plan is None or not (parts or report or failure):
        return
    content = _report(session, seed)
    print_summary(console, content)
    if report is not None:
        write_whole(report, json.dumps(content, indent=2) + "\n")
    if failure is not None:
        raise failure
    if parts and not finished:
        what = f"the run was ended before all {parts} parts were through"
        raise EndedError(what, interrupt.number)
    broken = law_held(content)
    if broken:
        console.print(f"[bold red]The law of the cell did not hold: {shown('; '.join(broken))}[/]")
        raise typer.Exit(1)
    console.print("The law of the cell held.")


def _require_there(cell: CellConfig, config: Path, host: str) -> None:
    """Raises UsageError where the twin would listen at another address than the cell asks at."""
    arm, belt = cell.robot.arm.options, cell.belt.options
    for name, options in (("robot.arm", arm), ("belt", belt)):
        asked = options.get("host", host)
        if asked != host:
            raise UsageError(
                f"--host {host}: moves the twin alone, and {config} has {name}.options.host "
                f"{asked}: write {host} there, or leave --host out."
            )


def _part(context: typer.Context, nodes: str | None) -> tuple[Process, ...]:
    """The processes that run on this host. Raises UsageError."""
    try:
        part = chosen(nodes or "")
    except ValueError as error:
        raise UsageError(f"--nodes {nodes}: {error}.") from None
    if nodes is not None:
        refuse(
            context, "beside --nodes, which starts a part", "parts", "headless", "start", "report"
        )
    for warning in parted(part):
        say(f"note: {warning}")
    return part


def say(text: str) -> None:
    """One line for a person, as it is; a terminal that is gone must not keep a run from ending."""
    with contextlib.suppress(OSError):
        console.print(text, markup=False, soft_wrap=True)  # a link must stay whole


def page_note(session: Session) -> str:
    """Wait until the page answers, then '', or, where that takes very long, that it does not."""
    with console.status("waiting for the page"):
        if session.await_page():
            return ""
    return f"it does not answer yet, its log is {session.folder / 'logs' / 'hmi.log'}; "


def _run(session: Session, parts: int, start: bool) -> bool:
    """Start, produce, stop; True when all parts are through, False when the run was ended."""
    try:
        with console.status("starting the cell"):
            session.start()
            if session.headless:  # its folder is mostly made for it
                say(f"Records, pictures and logs: {session.folder}")
            if session.headless:
                session.begin()
        if not session.is_whole:
            names = ", ".join(p.name for p in session.wanted)
            say(f"here run: {names} (Ctrl-C ends)")
        if session.has_page:
            say(f"Operator's page: {session.page} ({page_note(session)}Ctrl-C ends)")
            with House(session.config.data_dir, session.config.people) as house:
                for line in first_lines(session.config, house.people, time.time_ns()):
                    say(line)
        if start and not session.headless:
            _start(session)
        return _produce(session, parts)
    except RestartLimitError as error:
        if not session.has_page or error.name == "hmi":
            raise
        session.stand(error)
        raise
    except InterruptedRunError:
        say("stopping")
        return False
    finally:
        session.stop()


def _report(session: Session, seed: int) -> dict[str, Any]:
    try:
        return build_report(session, seed=seed)
    except (OSError, SQLAlchemyError) as error:
        reason = str(error.orig if isinstance(error, DBAPIError) else error).partition("\n")[0]
        damaged = isinstance(error, DatabaseError) and not isinstance(error, OperationalError)
        remedy = REBUILD if damaged else "free space or correct the rights there"
        raise UsageError(
            f"the run's records in {session.folder} cannot be read for the report ({reason}): "
            f"{remedy}."
        ) from None


def _start(session: Session) -> None:
    """What the person has ordered who typed --start; it does not wait for ever to be possible."""
    try:
        session.begin(ORDERED)
    except NotReadyError as error:
        say(f"not started: {error} Start it on the page.")
    else:
        say("the twin's belt is empty: confirmed and started, as --start asks")


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
                say(f"cell: {last}" + (f" - {render(state.reason)}" if state.reason else ""))
            closed = _closed(state) - before
            if parts and closed != shown:
                shown = closed
                say(
                    f"{closed:4d} of {parts} parts: {state.passed} passed, "
                    f"{state.removed} removed, "
                    f"{state.purged} purged, {state.on_belt} on the belt"
                )
            if parts and state.on_belt == 0 and all_sent(session, parts):
                return True
            if session.headless and state.state in (CellState.FAULTED, CellState.PURGE_REQUIRED):
                recover(session, say)
        time.sleep(0.1)


def _closed(state: CellState) -> int:
    return int(state.passed + state.removed + state.purged)
