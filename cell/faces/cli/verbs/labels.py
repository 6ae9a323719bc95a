"""`cell labels`: label sets into files of other tools, and such files into labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from time import time_ns
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from cell.config import CellConfig, load
from cell.faces.cli.errors import UsageError
from cell.faces.cli.labels import AcceptLosses, NotLabelled, print_findings
from cell.faces.cli.people_here import settings_of
from cell.faces.cli.progress import watched
from cell.faces.cli.terminal import terminal
from cell.faces.cli.training import pairs
from cell.faces.studio.clerk import Clerk
from cell.faces.studio.exporting import export_set
from cell.faces.studio.importing import Progress, Wish, bring_in
from cell.labels.book import LabelBook
from cell.labels.exchange.format import plain
from cell.labels.exchange.table import COLUMNS, FORMATS, rows
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.products.lookup import find_recipe
from cell.texts import render
from vision.lab.data.findings import Finding
from vision.lab.data.reading import Unlabelled

T = TypeVar("T")
_FEW = 3
_BELOW = ("files", "to know")
"""Columns that are told below the table: they are sentences."""

app = typer.Typer(no_args_is_help=True, help="Label sets out, and labels of other tools in.")

Data = Annotated[Path, typer.Option(help="The cell's data folder.")]
Config = Annotated[
    Path | None,
    typer.Option(help="Cell configuration (YAML); default: the data folder's config.yaml."),
]
Format = Annotated[str, typer.Option("--format", help=f"{', '.join(FORMATS)}.")]
DATA = Path("data")


@app.callback()
def _group() -> None:
    """Label sets out, and labels of other tools in."""


@app.command("formats")
def formats() -> None:
    """The formats of label files, and what each cannot hold."""
    told = [[plain(text) for text in row] for row in rows()]
    table = Table(*(column for column in COLUMNS if column not in _BELOW))
    for row in told:
        table.add_row(*(text for c, text in zip(COLUMNS, row, strict=True) if c not in _BELOW))
    terminal().print(table)
    for row in told:
        _print("\n".join([f"{row[0]}:", *(f"  {row[COLUMNS.index(below)]}" for below in _BELOW)]))


@app.command("export")
def export(
    label_set: Annotated[str, typer.Argument(metavar="SET", help="A frozen label set.")],
    to: Annotated[Path, typer.Option(help="New folder, .zip or .tar.gz.")],
    format: Format,
    data: Data = DATA,
    config: Config = None,
) -> None:
    """Write a frozen label set, with its pictures, for another tool."""
    with closing(_book(data, config)) as book, closing(_audit(data, config)) as audit:
        told = export_set(Clerk(book, audit, at_shell()), label_set, format, to, watched)
    for text in told.lost:
        _print(f"lost: {render(text)}")
    _print(f"{to}: {told.pictures} pictures of the set {label_set} as {format}")


@app.command("import")
def import_(
    source: Annotated[Path, typer.Argument(help="Folder, label file, .zip or .tar.gz.")],
    format: Format,
    person: Annotated[str, typer.Option(help="Who answers for these labels.")],
    data: Data = DATA,
    config: Config = None,
    class_: Annotated[
        list[str] | None,
        typer.Option("--class", help="OLD=NEW: what a class is called here; may be given again."),
    ] = None,
    recipe: Annotated[
        str | None, typer.Option(help="Refuse classes that this recipe does not know.")
    ] = None,
    unlabelled: NotLabelled = Unlabelled.REFUSE,
    accept_losses: AcceptLosses = False,
) -> None:
    """Bring labels of another tool in, with their pictures: all of a source, or nothing.

    Labels that are there already change nothing; contrary ones become conflicts that a third person
    decides. The audit log tells of it.
    """
    known = None if recipe is None else _classes_of(recipe, data, config)
    names = pairs(class_ or [])
    wish = Wish(format, unlabelled, names, known, accept_losses, person)
    with closing(_book(data, config)) as book, closing(_audit(data, config)) as audit:
        clerk = Clerk(book, audit, at_shell())
        brought = bring_in(clerk, source, wish, _Told(), time_ns(), str(source))
    _print(f"{source}: {brought.new} labels, {brought.same} of before")
    if brought.conflicts:
        _print(f"{len(brought.conflicts)} contrary to labels of before: {_some(brought.conflicts)}")


class _Told(Progress):
    """Shows how far an import is, and its warnings."""

    def watch(self, items: Sequence[T], what: str) -> Iterable[T]:
        """Hands items through below a bar."""
        yield from watched(items, what)

    def tell(self, warnings: Sequence[Finding]) -> None:
        """The first of each kind."""
        print_findings(terminal(stderr=True), warnings, _FEW)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return f"{', '.join(names[:_FEW])}{more}"


def _book(data: Path, config: Path | None) -> LabelBook:
    if not data.is_dir():
        raise UsageError(f"{data}: is no folder: give the cell's data folder.")
    return LabelBook.open(data, _cell(data, config).labels)


def _audit(data: Path, config: Path | None) -> AuditLog:
    return AuditLog(data, settings_of(data, config).keys_beside(data))


def _classes_of(recipe: str, data: Path, config: Path | None) -> frozenset[str]:
    return frozenset(find_recipe(_cell(data, config), recipe).classes)


def _cell(data: Path, config: Path | None) -> CellConfig:
    own = data / "config.yaml"
    return load(config or (own if own.exists() else None))


def _print(words: str) -> None:
    terminal().print(words, soft_wrap=True, highlight=False, markup=False)
