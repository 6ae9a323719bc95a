"""`cell parts`: parts on record, and everything on record of one."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.names import shown
from cell.faces.cli.ordering import AsJson, Data, Domain, Namespace, data_of, namespace_of
from cell.faces.cli.progress import counting
from cell.faces.cli.terminal import terminal
from cell.faces.cli.when import clock, stamp_of
from cell.records.reading import Archive, PartRow, PartsAsked, WholePart
from cell.texts import ENGLISH, render
from models.ground.writing import require_target

FILTERS = (
    "verdict", "disposition", "defect", "score", "recipe", "model", "person", "overridden", "run",
    "beginning", "since", "until", "last", "export",
)  # fmt: skip
BATCH = 500
LAST = 20


class Verdict(StrEnum):
    """The newest verdict."""

    PASS = "pass"
    REJECT = "reject"
    REVIEW = "review"
    NONE = "none"


class Disposition(StrEnum):
    """What has become of a part."""

    PASSED = "passed"
    REMOVED = "removed"
    PURGED = "purged"
    OPEN = "open"


def parts(
    context: typer.Context,
    part: Annotated[
        str, typer.Argument(help="One part, to be told whole.", show_default=False)
    ] = "",
    verdict: Annotated[Verdict | None, typer.Option(help="With this verdict.")] = None,
    disposition: Annotated[Disposition | None, typer.Option(help="That ended so.")] = None,
    defect: Annotated[str, typer.Option(help="With a defect of this class.")] = "",
    score: Annotated[
        float | None, typer.Option(min=0.0, max=1.0, help="Least score of that defect.")
    ] = None,
    recipe: Annotated[str, typer.Option(help="Inspected by this recipe (its identity).")] = "",
    model: Annotated[str, typer.Option(help="Inspected by this model (its identity).")] = "",
    person: Annotated[
        str, typer.Option(help="Judged, or taken off the belt, by this person.")
    ] = "",
    overridden: Annotated[
        bool | None,
        typer.Option("--overridden/--not-overridden", help="Whether a person judged it."),
    ] = None,
    run: Annotated[str, typer.Option(help="Of this run of the supervisor.")] = "",
    beginning: Annotated[str, typer.Option(help="With an id that begins so.")] = "",
    since: Annotated[str, typer.Option(help="Arrived from then on, e.g. 2026-01-31T06:00.")] = "",
    until: Annotated[str, typer.Option(help="Arrived before then.")] = "",
    last: Annotated[
        int | None,
        typer.Option(min=1, help="How many of them, the newest first.", show_default="20"),
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write all of them to this .csv or .parquet file.")
    ] = None,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show parts on record, the newest first, or everything on record of one.

    It reads the data folder beside a running cell and needs none. With --json, each part is a line
    of JSON, as the programming interface tells it. An export holds all parts that fit; in CSV,
    cells that a spreadsheet would take for a formula begin with an apostrophe. Exit code 0, 2 when
    there are no records or no such part.
    """
    archive = _archive(data_of(data, domain, namespace_of(namespace)))
    if part:
        refuse(context, "beside one part", *FILTERS)
        _one(archive, part, as_json)
        return
    asked = PartsAsked(
        since_ns=stamp_of("--since", since),
        until_ns=stamp_of("--until", until),
        verdict=str(verdict or ""),
        disposition=str(disposition or ""),
        class_name=defect,
        least_score=score,
        session=run,
        part=beginning,
        recipe=recipe,
        model=model,
        person=person,
        overridden=overridden,
    )
    if export is not None:
        refuse(context, "beside --export", "last", "as_json")
        _export(archive, asked, export)
        return
    _list(archive, asked, last or LAST, as_json)


def _archive(data: Path) -> Archive:
    return Archive(data)


def _export(archive: Archive, asked: PartsAsked, target: Path) -> None:
    """Write all parts that fit to a file, whole or not at all."""
    from cell.records.exporting import Form, export, require_parquet

    suffix = target.suffix.removeprefix(".").lower()
    if suffix not in [*Form]:
        raise UsageError(f"--export {target}: give a file that ends with .csv or .parquet.")
    require_target(target)
    if suffix == Form.PARQUET:
        require_parquet()
    with counting("parts") as told:
        count = export(archive, asked, target, Form(suffix), render, told)
    print(f"{target}: {count} parts.")


def _list(archive: Archive, asked: PartsAsked, last: int, as_json: bool) -> None:
    rows = _rows(archive, asked, last)
    if as_json:
        from cell.faces.api.resources.parts import part_line  # only those who want it wait for it

        for row in rows:
            print(part_line(row, ENGLISH).model_dump_json())
        return
    table = Table("part", "arrived", "verdict", "bin", "by", "ended", "why")
    for row in rows:
        why = render(row.reason)
        cells = (row.part, row.verdict, row.bin, row.by, row.disposition or "open", why)
        part, *others = (shown(one) for one in cells)
        table.add_row(part, clock(row.arrived_ns), *others)
    terminal().print(table)


def _rows(archive: Archive, asked: PartsAsked, last: int) -> Iterator[PartRow]:
    after, left = "", last
    while left:
        page = archive.parts(asked, after, min(left, BATCH))
        yield from page.rows
        left -= len(page.rows)
        after = page.after
        if not after:
            return


def _one(archive: Archive, part: str, as_json: bool) -> None:
    whole = archive.part(part)
    if whole is None:
        raise UsageError(f"{part}: is no part on record: `cell parts` lists them.")
    if as_json:
        from cell.faces.api.resources.parts import whole_part  # only those who want it wait for it

        print(whole_part(whole, ENGLISH).model_dump_json(indent=2))
        return
    table = Table(show_header=False, box=None)
    for name, value in _told(whole):
        table.add_row(name, shown(value))
    terminal().print(table)


def _told(whole: WholePart) -> Iterator[tuple[str, Any]]:
    line = whole.line
    yield "part", line.part
    yield "arrived", clock(line.arrived_ns)
    for one in whole.inspections:
        late = " (late)" if one.late else ""
        yield (
            "inspected",
            f"{one.recipe} {one.model} {one.total_ms:.0f} ms{late} {render(one.error)}",
        )
        for defect in one.defects:
            yield "defect", f"{defect.class_name} {defect.score:.2f}"
    for verdict in whole.verdicts:
        said = f"{verdict.kind} {verdict.bin} by {verdict.by}: {render(verdict.reason)}"
        yield "verdict", f"{clock(verdict.stamp_ns)} {said}"
    for removal in whole.removals:
        ended = {True: "removed", False: "failed", None: "under way"}[removal.removed]
        yield "removal", f"{removal.attempt}: {removal.bin} {ended} {render(removal.message)}"
    if line.disposed_ns is not None:
        by = f" by {whole.person}" if whole.person else ""
        yield "ended", f"{clock(line.disposed_ns)} {line.disposition} {whole.disposed_bin}{by}"
    for kept in whole.evidence:
        where = kept.path or "waits in the incoming place"
        yield "picture", f"{kept.kind}: {f'deleted ({kept.rule})' if kept.rule else where}"
