"""`cell practice`: the cell and its twin as a place to learn."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Final

import typer

from cell.config import CellConfig, load
from cell.config.stations import ledger_config
from cell.faces.cli.demo import demo_twin
from cell.faces.cli.errors import UsageError
from cell.faces.cli.terminal import terminal
from cell.faces.cli.verbs.run import page_note, say
from cell.launcher.demo import demo_overrides
from cell.launcher.group import RestartLimitError
from cell.launcher.interrupt import Interrupt, InterruptedRunError
from cell.launcher.session import Session, TwinPlan
from cell.people.roles import Role
from cell.products.lookup import load_inspection_parts
from cell.records.folder import gone_if_unused, require_writable
from cell.trainer.lessons import Course
from models.ground.writing import write_whole

MARK: Final = "PRACTICE"
"""A file that says of a data folder that people practise there."""
BELT_M_S, PITCH_M, DEFECTIVE = 0.12, 0.45, 0.35
"""Slower than a line: who learns reads while the parts ride."""
ROLES: Final = {Course.OPERATOR: Role.OPERATOR, Course.LABELLING: Role.QUALITY}
"""Whose course it is."""
ORDERED: Final = "cell practice (the twin's belt starts empty)"


def practice(
    data: Annotated[
        Path, typer.Option(help="Folder of its own for what people do while they learn.")
    ] = Path("practice"),
    config: Annotated[
        Path | None,
        typer.Option(help="Configuration (YAML) whose devices are the twin; default: the demo."),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Recipe to practise with, instead of the configuration's.")
    ] = None,
    course: Annotated[
        Course, typer.Option(help="operator: to operate the cell; labelling: to label pictures.")
    ] = Course.OPERATOR,
    lang: Annotated[str | None, typer.Option(help="For browsers that want none: ko or en.")] = None,
    host: Annotated[str, typer.Option(help="Loopback address of the twin.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port of the page.")] = None,
    domain: Annotated[
        int | None, typer.Option(min=0, max=101, help="ROS domain of this run.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the twin's parts.")] = 1,
) -> None:
    """Learn to operate the cell, or to label, by doing it at the twin, with faults and a score.

    Never beside real devices: refused where the configuration's are not the twin. What is done
    lies in a data folder of its own, and every page says so. Ctrl-C ends it; who comes again with
    the same folder goes on.
    """
    interrupt = Interrupt()
    interrupt.listen()
    folder = data.resolve()
    cell = settings(folder, config, recipe, course, lang, host, port)
    load_inspection_parts(cell, cell.recipe)
    ledger_config(cell)
    plan = demo_twin(
        cell, host, folder, seed=seed, parts=0, pitch=PITCH_M, defective=DEFECTIVE,
        settings={"attentive": False},
    )  # fmt: skip
    with gone_if_unused(folder):
        require_writable(folder)
        write_whole(folder / MARK, "What lies here was done to learn, at the twin.\n")
        _run(Session(cell, folder, plan, say, domain, False, interrupt), plan, course)


def settings(
    folder: Path,
    config: Path | None,
    recipe: str | None,
    course: Course,
    lang: str | None,
    host: str,
    port: int | None,
) -> CellConfig:
    """The configuration of practice. Raises UsageError for a folder in which a line keeps its
    records, and ConfigError for devices that are not the twin.
    """
    if (folder / "journal.db").exists() and not (folder / MARK).exists():
        raise UsageError(
            f"--data {folder}: a cell that is not practised at keeps its records there: give a "
            "folder of its own."
        )
    wanted = {
        "data_dir": str(folder),
        "recipe": recipe,
        "hmi.language": lang,
        "hmi.port": port,
        "belt.speed_m_s": BELT_M_S,
        "practice.twin": host,
        "practice.role": ROLES[course],
        "labels.audit_share": 1.0,  # every part may be labelled,
        "labels.review_share": 1.0,  # and every label is looked at twice
    }
    given = {key: value for key, value in wanted.items() if value is not None}
    if config is None:
        given |= demo_overrides(host, folder)
    return load(config, given)


def _run(session: Session, plan: TwinPlan, course: Course) -> None:
    """Until somebody ends it."""
    try:
        with terminal().status("starting the cell"):
            session.start()
        note = page_note(session)
        say(f"Practise here: {session.page} ({note}Ctrl-C ends; twin at {plan.host})")
        if course is Course.LABELLING:  # nobody there may start it, and labels need pictures
            session.begin(ORDERED)
        while True:
            session.tend()
            time.sleep(0.1)
    except InterruptedRunError:
        say("stopping")
    except RestartLimitError as error:
        if error.name != "hmi":
            session.stand(error)
        raise
    finally:
        session.stop()
