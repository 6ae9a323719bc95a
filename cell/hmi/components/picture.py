"""The last inspection's picture with the defects drawn where they were found."""

from __future__ import annotations

import html
import time
from collections.abc import Sequence

from nicegui import ui

from cell.hmi.components.base import box, text
from cell.hmi.i18n import Lang, reason, tr, tr_or
from cell.hmi.model import CellView, InspectionStatus, Mark
from cell.hmi.pictures import Picture, PictureStore

LISTED = 5
"""Defects that are listed by name; the picture shows all of them."""


class PicturePanel:
    """One picture, one outline a defect, one list of what they are."""

    def __init__(self, pictures: PictureStore, view_size: int) -> None:
        self._pictures = pictures
        self._view_size = view_size
        self._shown: tuple[InspectionStatus | None, Lang] | None = None
        with box("panel picture"):
            with box("panel-top"):
                self._title = text("panel-title")
                self._caption = text("picture-caption", test="picture-caption")
            self._frame = ui.html("", sanitize=False).classes("picture-frame")
            self._list = ui.html("", sanitize=False).classes("picture-list")

    def update(self, view: CellView, lang: Lang) -> None:
        """Draw anew when another inspection came in or the language changed."""
        wanted = (view.inspection, lang)
        if wanted == self._shown:
            return
        self._shown = wanted
        self._title.set_text(tr("picture.title", lang))
        inspection = view.inspection
        if inspection is None:
            self._caption.set_text("")
            self._frame.set_content(placeholder(tr("picture.none", lang), self._view_size))
            self._list.set_content("")
            return
        picture = self._pictures.picture(inspection)
        self._frame.style(aspect(picture))
        self._caption.set_text(caption(inspection, lang))
        self._frame.set_content(drawing(picture, inspection.marks, self._view_size, lang))
        self._list.set_content(findings(inspection, picture, lang))


def aspect(picture: Picture | None) -> str:
    """Style that gives the frame the picture's proportions; a square while there is none."""
    width, height = (picture.width, picture.height) if picture else (1, 1)
    return f"aspect-ratio: {width} / {height}"


def caption(inspection: InspectionStatus, lang: Lang) -> str:
    """Which picture this is, when it was taken and how long its inspection took."""
    return tr(
        "picture.caption",
        lang,
        trigger=inspection.trigger,
        time=time.strftime("%H:%M:%S", time.localtime(inspection.stamp_s)),
        ms=round(inspection.total_ms),
    )


def drawing(picture: Picture | None, marks: Sequence[Mark], view_size: int, lang: Lang) -> str:
    """The picture as SVG. Boxes are drawn only where they belong: on the canonical view."""
    if picture is None:
        return placeholder(tr("picture.gone", lang), view_size, outlines(marks))
    image = (
        f'<image href="/picture/{picture.number}.jpg" width="{picture.width}" '
        f'height="{picture.height}"/>'
    )
    boxes = ""
    if picture.canonical:
        scale = picture.width / view_size
        boxes = f'<g transform="scale({scale:.4f})">{outlines(marks)}</g>'
    return svg(picture.width, picture.height, image + boxes)


def outlines(marks: Sequence[Mark]) -> str:
    """A numbered outline for each defect, dark under bright so that it shows on any ground."""
    return "".join(outline(number, mark) for number, mark in enumerate(marks, start=1))


def outline(number: int, mark: Mark) -> str:
    """One defect's outline, a little wider than its box so that it hides nothing."""
    x, y = mark.x_min - 5, mark.y_min - 5
    width, height = mark.x_max - mark.x_min + 10, mark.y_max - mark.y_min + 10
    rect = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="3"'
    label_y = y - 8 if y > 30 else y + height + 24
    return (
        f'<rect class="mark-under" {rect}/><rect class="mark" {rect}/>'
        f'<text class="mark-label" x="{x:.1f}" y="{label_y:.1f}">{number}</text>'
    )


def findings(inspection: InspectionStatus, picture: Picture | None, lang: Lang) -> str:
    """What was found, in words."""
    if not inspection.ok:
        words = tr("picture.not_inspected", lang, error=reason(inspection.error, lang))
        return f'<div class="finding finding-bad">{html.escape(words)}</div>'
    if not inspection.marks:
        return f'<div class="finding finding-none">{tr("picture.clean", lang)}</div>'
    lines = [finding(n, m, lang) for n, m in enumerate(inspection.marks[:LISTED], start=1)]
    hidden = len(inspection.marks) - LISTED
    if hidden > 0:
        lines.append(f'<div class="finding">{tr("picture.more", lang, count=hidden)}</div>')
    if picture is not None and not picture.canonical:
        lines.insert(0, f'<div class="finding finding-whole">{tr("picture.whole", lang)}</div>')
    return "".join(lines)


def finding(number: int, mark: Mark, lang: Lang) -> str:
    """One line of the list."""
    name = html.escape(tr_or(f"defect.{mark.class_name}", mark.class_name, lang))
    return (
        f'<div class="finding"><b>{number}</b> {name} '
        f'<span class="score">{100 * mark.score:.0f} %</span></div>'
    )


def placeholder(words: str, size: int, marks: str = "") -> str:
    """An empty board that says why there is no picture."""
    middle = size / 2
    board = f'<rect class="no-picture" width="{size}" height="{size}" rx="8"/>'
    note = f'<text class="no-picture-text" x="{middle}" y="{middle}">{html.escape(words)}</text>'
    return svg(size, size, board + note + marks)


def svg(width: int, height: int, content: str) -> str:
    """An SVG that fills its frame and keeps its proportions."""
    return (
        f'<svg class="picture-svg" viewBox="0 0 {width} {height}" '
        f'preserveAspectRatio="xMidYMin meet">{content}</svg>'
    )
