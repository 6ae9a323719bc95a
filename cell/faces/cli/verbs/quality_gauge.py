"""`cell quality gauge`: attribute gauge studies, from the plan to the report."""

from __future__ import annotations

import json
from pathlib import Path
from time import time_ns
from typing import Annotated

import typer

from cell.faces.cli.errors import UsageError
from cell.faces.cli.examining import examiner_of
from cell.faces.cli.names import shown
from cell.faces.cli.quality_here import (
    DATA,
    AsJson,
    Config,
    Data,
    Found,
    Lang,
    Language,
    Person,
    Since,
    Until,
    book_of,
    settings_of,
    time_asked,
)
from cell.products.inspector import build_inspector
from cell.quality.report.gauge_report import contents, gauge_report
from cell.quality.studies.by_cell import judge_all, kept_picture
from cell.quality.studies.values import CELL, Study
from models.ground.writing import require_target, write_whole

app = typer.Typer(no_args_is_help=True, help="Attribute gauge studies (AIAG MSA).")
Name = Annotated[str, typer.Argument(metavar="STUDY", help="The study's name.")]


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
    begin, end = time_asked(settings_of(data, config), since, until)
    wish = Study(study, time_ns(), "", recipe, trials, seed or study, (*appraiser, CELL), 0)
    made = _plan(data, config, person, wish, parts, (begin, end))
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
    person: Person = None,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Show the next picture of an appraiser, or keep what he says of it, for ever.

    One picture at a time, so that a study can be broken off anywhere and gone on with.
    """
    if as_ == CELL:
        if show or say or place:
            raise UsageError("--as cell: the cell looks for itself; leave the other options out.")
        judged = _by_cell(data, config, person, study)
        print(f"{shown(study)}: the cell has judged {judged} pictures")
        return
    if person is not None:
        raise UsageError("--person is for --as cell alone: people judge in the name of --as.")
    if not as_.strip():
        raise UsageError("--as is empty: name an appraiser of the study.")
    if (say is None) != (place is None):
        raise UsageError("--say and --place belong together: say what you see, and where.")
    print(_judge(data, config, study, as_, show, say, place))


@app.command("report")
def report(
    study: Name,
    out: Annotated[Path | None, typer.Option(help="PDF to write.")] = None,
    lang: Lang = Language.EN,
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


def _plan(
    data: Path,
    config: Path | None,
    person: str | None,
    wish: Study,
    parts: int,
    span: tuple[int, int],
) -> Study:
    with examiner_of(data, config, person, make=True) as (examiner, _):
        return examiner.plan_study(wish, parts, span)


def _by_cell(data: Path, config: Path | None, person: str | None, study: str) -> int:
    with examiner_of(data, config, person) as (examiner, settings):

        def act() -> int:
            setup = build_inspector(settings, examiner.book.study(study).recipe)
            return judge_all(examiner.book, study, data, setup, time_ns)

        return examiner.let_cell_judge(study, act)


def _judge(
    data: Path,
    config: Path | None,
    study: str,
    who: str,
    show: Path | None,
    say: Found | None,
    place: int | None,
) -> str:
    if show is not None:
        require_target(show)
    with examiner_of(data, config, who) as (examiner, _):
        if say is not None and place is not None:
            examiner.judge(study, place, say is Found.DEFECTIVE, time_ns())
        look = examiner.look(study)
        if look is None:
            return f"{shown(study)}: {shown(who)} is through"
        if show is not None:
            write_whole(show, kept_picture(data, look.file))
        where = str(show) if show is not None else "--show FILE writes it"
        return f"{shown(study)}: picture {look.place} of {look.of}: {where}"
