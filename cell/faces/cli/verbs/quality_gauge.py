"""`cell quality gauge`: attribute gauge studies, from the plan to the report."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from cell.faces.cli.errors import UsageError
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import acting
from cell.faces.cli.quality_here import (
    DATA,
    AsJson,
    Config,
    Data,
    Person,
    Since,
    Until,
    book_of,
    settings_of,
    time_asked,
)
from cell.products.inspector import build_inspector
from cell.products.lookup import find_recipe
from cell.quality.report.gauge_report import contents, gauge_report
from cell.quality.studies.by_cell import judge_all
from cell.quality.studies.candidates import candidates
from cell.quality.studies.choosing import choose
from cell.quality.studies.values import CELL, Study
from models.ground.writing import require_target, write_whole

app = typer.Typer(no_args_is_help=True, help="Attribute gauge studies (AIAG MSA).")
Name = Annotated[str, typer.Argument(metavar="STUDY", help="The study's name.")]


class Found(StrEnum):
    """What an appraiser says of a picture."""

    GOOD = "good"
    DEFECTIVE = "defective"


class Language(StrEnum):
    """Of a report."""

    EN = "en"
    KO = "ko"


@app.callback()
def _group() -> None:
    """Attribute gauge studies (AIAG MSA)."""


@app.command("plan")
def plan(
    study: Name,
    recipe: Annotated[str, typer.Option(help="Recipe whose parts are judged.")],
    appraiser: Annotated[
        list[str], typer.Option(help="Who judges; may be given again. The cell always does, too.")
    ],
    parts: Annotated[int, typer.Option(min=1, max=500, help="Parts of the study.")] = 50,
    trials: Annotated[int, typer.Option(min=1, max=10, help="Looks at each part.")] = 3,
    seed: Annotated[str, typer.Option(help="Of the lots; default: the study's name.")] = "",
    since: Since = "",
    until: Until = "",
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Choose parts over the range of scores, among those whose label is settled, and keep the plan.

    A plan is never changed.
    """
    settings = settings_of(data, config)
    begin, end = time_asked(settings, since, until)
    find_recipe(settings, recipe)
    wish = Study(
        study, time_ns(), acting(person).name, recipe, trials, seed or study,
        (*appraiser, CELL), 0,
    )  # fmt: skip
    made = _plan(data, wish, parts, begin, end)
    print(
        f"{shown(study)}: {made.parts} parts, {trials} trials, appraisers "
        f"{shown(', '.join(made.appraisers))}; {made.looks} judgements of each"
    )


@app.command("list")
def list_(data: Data = DATA, as_json: AsJson = False) -> None:
    """All studies, and how far each appraiser has come."""
    with book_of(data) as book:
        told = [(study, book.done(study.name)) for study in book.studies()]
    if as_json:
        print(
            json.dumps(
                [
                    {
                        "study": s.name, "recipe": s.recipe, "person": s.person, "at_ns": s.at_ns,
                        "parts": s.parts, "trials": s.trials, "looks": s.looks, "done": done,
                    }
                    for s, done in told
                ],
                indent=2,
                ensure_ascii=False,
            )
        )  # fmt: skip
        return
    for study, done in told:
        progress = ", ".join(f"{who} {count}/{study.looks}" for who, count in done.items())
        print(shown(f"{study.name}: recipe {study.recipe}, {study.parts} parts; {progress}"))


@app.command("judge")
def judge(
    study: Name,
    as_: Annotated[
        str, typer.Option("--as", help="Which appraiser; cell: the cell judges all that it has to.")
    ],
    show: Annotated[
        Path | None, typer.Option(help="Write the picture to be judged here (.jpg).")
    ] = None,
    say: Annotated[Found | None, typer.Option(help="What you see.")] = None,
    place: Annotated[
        int | None, typer.Option(min=1, help="Which picture you say it of: the number shown.")
    ] = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Show the next picture of an appraiser, or keep what he says of it, for ever.

    One picture at a time, so that a study can be broken off anywhere and gone on with.
    """
    if as_ == CELL:
        if show or say or place:
            raise UsageError("--as cell: the cell looks for itself; leave the other options out.")
        print(f"{shown(study)}: the cell has judged {_by_cell(data, config, study)} pictures")
        return
    if config is not None:
        raise UsageError("--config is for --as cell alone: people judge without it.")
    if (say is None) != (place is None):
        raise UsageError("--say and --place belong together: say what you see, and where.")
    print(_judge(data, study, as_, show, say, place))


@app.command("report")
def report(
    study: Name,
    out: Annotated[Path | None, typer.Option(help="PDF to write.")] = None,
    lang: Annotated[Language, typer.Option(help="Of the report.")] = Language.EN,
    data: Data = DATA,
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate a study that is through, and write its report as PDF/A, whole or not at all."""
    if out is None and not as_json:
        raise UsageError("--out is missing: name the PDF, or ask for --json.")
    if out is not None:
        require_target(out)
    settings = settings_of(data, config).quality
    with book_of(data) as book:
        told = book.evaluation(study, settings.confidence)
    if out is not None:
        write_whole(out, gauge_report(told, lang.value, settings.zone))
    if as_json:
        hidden = ("t", "interval_chart", "rejection_chart", "method", "made")
        said = contents(told, lang.value, settings.zone)
        kept = {name: value for name, value in said.items() if name not in hidden}
        print(json.dumps(kept, indent=2, ensure_ascii=False))
    elif out is not None:
        print(f"{out}: {told.result.grade.value}")


def _plan(data: Path, wish: Study, parts: int, begin: int, end: int) -> Study:
    known = candidates(data, wish.recipe, begin, end)
    with book_of(data, make=True) as book:
        return book.plan(wish, choose(known, parts, wish.seed))


def _by_cell(data: Path, config: Path | None, study: str) -> int:
    settings = settings_of(data, config)
    with book_of(data) as book:
        setup = build_inspector(settings, book.study(study).recipe)
        return judge_all(book, study, data, setup, time_ns)


def _judge(
    data: Path, study: str, who: str, show: Path | None, say: Found | None, place: int | None
) -> str:
    with book_of(data) as book:
        if say is not None and place is not None:
            book.judge(study, who, place, say is Found.DEFECTIVE, time_ns())
        look = book.look(study, who)
        if look is None:
            return f"{shown(study)}: {shown(who)} is through"
        if show is not None:
            require_target(show)
            write_whole(show, (data / look.file).read_bytes())
        where = str(show) if show is not None else "--show FILE writes it"
        return f"{shown(study)}: picture {look.place} of {look.of}: {where}"
