"""Parts that were found, as cards with their pictures or as lines of a table; page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from cell.faces.quality.asking import Asking, address
from cell.faces.quality.html import Cell, Link, cell, table
from cell.faces.quality.pictures import file_of
from cell.faces.quality.room import Room, Visit
from cell.quality.report.telling import Teller
from cell.records.reading import GalleryRow, LineRow
from cell.texts import render


@dataclass(frozen=True, slots=True)
class Cards:
    """A page of the gallery. pictures: of which parts the file is there, with its content's name;
    after: where the next page goes on.
    """

    rows: tuple[GalleryRow, ...]
    pictures: dict[str, str]
    after: str


def cards_of(room: Room, asked: Asking, limit: int) -> Cards:
    """Raises RecordsError, CursorError."""
    page = room.archive.gallery(asked.parts, asked.words.get("after", ""), limit)
    data_dir = room.config.data_dir
    there = {
        row.line.part: row.picture.sha256
        for row in page.rows
        if row.picture is not None and file_of(data_dir, row.picture) is not None
    }
    return Cards(page.rows, there, page.after)


def cards(visit: Visit, found: Cards, t: Teller) -> str:
    """Each part with the picture that stands for it."""
    made = ""
    for row in found.rows:
        line, sha256 = row.line, found.pictures.get(row.line.part)
        href = escape(part_address(visit, line.part), quote=True)
        if sha256:
            picture = f"<img loading='lazy' src='/quality/picture/{sha256}' alt=''>"
        else:
            picture = f"<span class='qp-none'>{escape(t.tr('part.no_picture'))}</span>"
        score = "" if line.score is None else f" · {line.score:.2f}"
        told = f"{t.time(line.arrived_ns)}{score}"
        test = escape(f"part-{line.part}", quote=True)
        mark = f" · {escape(t.tr('gallery.by', person=line.by))}" if line.overridden else ""
        mark += f" · {escape(t.tr(f'said.{line.said}'))}" if line.said else ""
        made += (
            f"<li><a class='qp-card' href='{href}' data-test='{test}'>"
            f"{picture}<b>{escape(line.part)}</b>{verdict(line.verdict, t)}"
            f"<span class='qp-soft'>{escape(told)}{mark}</span></a></li>"
        )
    return f"<ul class='qp-cards' data-test='cards'>{made}</ul>"


def lines(visit: Visit, rows: Sequence[LineRow], t: Teller) -> str:
    """All that one line tells of each part."""
    head = [
        t.tr(f"search.{name}")
        for name in (
            "part", "arrived", "verdict", "reason", "by", "end", "recipe", "model", "score",
            "defects",
        )
    ]  # fmt: skip
    told: list[list[Cell]] = [
        [
            Link(one.part, part_address(visit, one.part), f"part-{one.part}"),
            t.time(one.arrived_ns), t.tr(f"verdict.{one.verdict or 'none'}"),
            render(one.reason, visit.lang, t.word), giver(one.by, t),
            t.tr(f"end.{one.disposition or 'open'}")
            + (f" ({t.bin(one.disposed_bin)})" if one.disposed_bin else ""),
            one.recipe, one.model, "–" if one.score is None else f"{one.score:.2f}",
            f"{one.defects}",
        ]
        for one in rows
    ]  # fmt: skip
    return table(head, told, t.tr("search.table"), words=8)


def turning(visit: Visit, asked: Asking, after: str, shown: int, t: Teller) -> str:
    """To the first page and the next one; how far it is."""
    keys = ""
    if asked.words.get("after"):
        first = address(visit.page.path, visit.lang, asked.query(after=""))
        keys += cell(Link(t.tr("find.first"), first, "first-page"))
    if after:
        more = address(visit.page.path, visit.lang, asked.query(after=after))
        keys += cell(Link(t.tr("find.more" if shown else "find.go_on"), more, "next-page"))
    return f"<p class='qp-keys'>{keys}</p>" if keys else ""


def verdict(kind: str, t: Teller) -> str:
    """A verdict with a shape of its own."""
    known = kind if kind in ("pass", "reject", "review") else "none"
    return f"<span class='qp-verdict qp-is-{known}'>{escape(t.tr(f'verdict.{known}'))}</span>"


def giver(by: str, t: Teller) -> str:
    """Who gave a verdict: recipe or ledger, or a person."""
    return t.tr(f"by_{by}") if by in ("recipe", "ledger") else by


def part_address(visit: Visit, part: str) -> str:
    """The page of a part."""
    return address("/quality/part", visit.lang, {"part": part})
