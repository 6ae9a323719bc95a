"""Pieces of the quality pages as HTML: what is much and does not change needs no socket."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from nicegui import ui


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere."""

    words: str
    href: str
    test: str = ""


Cell = str | Link
_DAY: Final = re.compile(r"\b\d{4}-\d\d-\d\d\b")


def put(content: str, kind: str = "") -> ui.html:
    """Show it. All that people gave is escaped by who made it."""
    return ui.html(content, sanitize=False).classes(f"qp-html {kind}".strip())


def panel(title: str, body: str, test: str, hint: str = "") -> str:
    """A part of a page under a heading of its own."""
    told = f"<p class='st-hint'>{escape(hint)}</p>" if hint else ""
    return (
        f"<section class='st-panel qp-panel' data-test='{escape(test, quote=True)}'>"
        f"<h2>{escape(title)}</h2>{told}{body}</section>"
    )


def note(words: str, test: str) -> str:
    """A line that says what the figures beside it do not show."""
    return (
        f"<p class='qp-line' role='note' data-test='{escape(test, quote=True)}'>{escape(words)}</p>"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]], told: str, words: int = 1) -> str:
    """A table; the first `words` columns hold words, the others numbers."""

    def kind(at: int) -> str:
        return "" if at < words else " class='st-number'"

    heads = "".join(
        f"<th scope='col'{kind(at)}>{escape(word)}</th>" for at, word in enumerate(head)
    )
    body = "".join(
        "<tr>" + "".join(f"<td{kind(at)}>{cell(one)}</td>" for at, one in enumerate(row)) + "</tr>"
        for row in rows
    )
    label = escape(told, quote=True)
    return (
        f"<div class='st-scroll' tabindex='0' role='region' aria-label='{label}'>"
        f"<table class='st-table'><thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
        "</div>"
    )


def folded(title: str, body: str, test: str) -> str:
    """What is shown on demand."""
    return (
        f"<details class='qp-fold' data-test='{escape(test, quote=True)}'>"
        f"<summary>{escape(title)}</summary>{body}</details>"
    )


def broken(words: str) -> str:
    """Escaped, with its lines broken where a reader would: before a fingerprint, never in a day."""
    told = "#<wbr>".join(escape(piece) for piece in words.split("#"))
    return _DAY.sub(r"<span class='qp-whole'>\g<0></span>", told)


def cell(one: Cell) -> str:
    """Words, or a link."""
    if isinstance(one, str):
        return broken(one)
    test = f" data-test='{escape(one.test, quote=True)}'" if one.test else ""
    return f"<a href='{escape(one.href, quote=True)}'{test}>{escape(one.words)}</a>"


def facts(pairs: Iterable[tuple[str, str]], kind: str = "qp-facts") -> str:
    """Names and what they are."""
    rows = (f"<div><dt>{escape(n)}</dt><dd>{escape(v)}</dd></div>" for n, v in pairs)
    return f"<dl class='{kind}'>{''.join(rows)}</dl>"
