"""The last inspection's picture with the defects drawn where they were found."""

from __future__ import annotations

import html
from collections.abc import Sequence

from nicegui import ui

from cell.client.model import CellView, InspectionStatus
from cell.faces.hmi.components.base import box, text
from cell.faces.hmi.labels import labels
from cell.faces.hmi.pictures import Picture, PictureStore
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.web.wall_clock import CLOCK
from cell.products.recipe import Recipe
from cell.products.regions import Region
from cell.texts import Label, Lang, tr
from vision.types import Defect

LISTED = 5
"""Defects that are listed by name; the picture shows all of them."""
SQUARE = (640, 640)
"""The view that is drawn while nothing is known of it [px]."""
DRAWN_FOR = 640
"""Lines and letters are given for a view whose longer side is this [px]; others scale them."""


class PicturePanel:
    """One picture, one outline a defect, one list of what they are."""

    def __init__(self, pictures: PictureStore, recipes: RecipeBook) -> None:
        self._pictures = pictures
        self._recipes = recipes
        self._shown: tuple[InspectionStatus | None, Lang, bool] | None = None
        self._with_regions = False
        with box("panel picture"):
            with box("panel-top"):
                self._title = text("panel-title")
                self._toggle = ui.button(on_click=self._switch, color=None)
                self._toggle.props("no-caps flat dense data-test=regions").classes("picture-toggle")
                self._caption = text("picture-caption", test="picture-caption")
            self._frame = ui.html("", sanitize=False).classes("picture-frame")
            self._list = ui.html("", sanitize=False).classes("picture-list")

    def update(self, view: CellView, lang: Lang) -> None:
        """Draw anew when another inspection came in, or what is to be seen of it changed."""
        wanted = (view.inspection, lang, self._with_regions)
        if wanted == self._shown:
            return
        self._shown = wanted
        self._title.set_text(tr("picture.title", lang))
        inspection = view.inspection
        recipe = self._recipes.of(inspection.inspection.recipe) if inspection is not None else None
        self._toggle.set_text(tr("picture.regions", lang))
        self._toggle.set_visibility(recipe is not None and bool(recipe.regions))
        self._toggle.props(f"aria-pressed={str(self._with_regions).lower()}")
        if inspection is None:
            self._caption.set_text("")
            self._frame.set_content(placeholder(tr("picture.none", lang), SQUARE))
            self._list.set_content("")
            return
        picture = self._pictures.picture(inspection)
        self._frame.style(aspect(picture, inspection))
        self._caption.set_text(caption(inspection, lang))
        shown = recipe if self._with_regions else None
        self._frame.set_content(drawing(picture, inspection, lang, shown))
        label = labels(recipe, lang)
        self._list.set_content(findings(inspection, picture, label, lang))

    def _switch(self) -> None:
        """Show the recipe's regions, or don't: by the page's next turn."""
        self._with_regions = not self._with_regions


def aspect(picture: Picture | None, inspection: InspectionStatus) -> str:
    """Style that gives the frame the picture's proportions, or those of the view it would show."""
    size = (picture.width, picture.height) if picture else inspection.canonical
    width, height = size or SQUARE
    return f"aspect-ratio: {width} / {height}"


def caption(status: InspectionStatus, lang: Lang) -> str:
    """Which picture this is, when it was taken and how long its inspection took."""
    seen = status.inspection
    return tr(
        "picture.caption",
        lang,
        trigger=seen.trigger,
        time=CLOCK.told(seen.exposure_ns * 1e-9),
        ms=round(seen.timings.total_ms),
    )


def drawing(
    picture: Picture | None, inspection: InspectionStatus, lang: Lang, recipe: Recipe | None = None
) -> str:
    """The picture as SVG. Boxes are drawn only where they belong: on the canonical view; so are the
    regions of `recipe`.
    """
    size, marks = inspection.canonical, inspection.inspection.defects
    if picture is None:
        size = size or SQUARE
        return placeholder(tr("picture.gone", lang), size, outlines(marks, unit(*size)))
    image = (
        f'<image href="/picture/{picture.number}.jpg" width="{picture.width}" '
        f'height="{picture.height}"/>'
    )
    boxes = ""
    if picture.canonical:
        width, height = size or (picture.width, picture.height)
        scale = f"{picture.width / width:.4f} {picture.height / height:.4f}"
        one = unit(width, height)
        boxes = f'<g transform="scale({scale})">{regions(recipe, one)}{outlines(marks, one)}</g>'
    return svg(picture.width, picture.height, image + boxes)


def unit(width: int, height: int) -> float:
    """How much larger lines and letters are drawn in a view of this size [px]."""
    return max(width, height) / DRAWN_FOR


def regions(recipe: Recipe | None, one: float) -> str:
    """A thin named line round each region, broken where defects do not count."""
    if recipe is None:
        return ""
    return "".join(region(name, rule, one) for name, rule in recipe.regions.items())


def region(name: str, rule: Region, one: float) -> str:
    """One region's outline, with its name inside its upper left corner."""
    points = " ".join(f"{x:g},{y:g}" for x, y in rule.polygon)
    x, y = (min(axis) for axis in zip(*rule.polygon, strict=True))
    return (
        f'<polygon class="region region-{rule.kind}" points="{points}"/>'
        f'<text class="region-name" x="{x + 4 * one:.1f}" y="{y + 24 * one:.1f}">'
        f"{html.escape(name)}</text>"
    )


def outlines(marks: Sequence[Defect], one: float) -> str:
    """A numbered outline for each defect, dark under bright so that it shows on any ground."""
    return "".join(outline(number, mark, one) for number, mark in enumerate(marks, start=1))


def outline(number: int, mark: Defect, one: float) -> str:
    """One defect's outline, a little wider than its box so that it hides nothing."""
    x, y = mark.x_min - 5 * one, mark.y_min - 5 * one
    width = mark.x_max - mark.x_min + 10 * one
    height = mark.y_max - mark.y_min + 10 * one
    rect = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{3 * one:.1f}"'
    label_y = y - 8 * one if y > 30 * one else y + height + 24 * one
    return (
        f'<rect class="mark-under" {rect}/><rect class="mark" {rect}/>'
        f'<text class="mark-label" x="{x:.1f}" y="{label_y:.1f}">{number}</text>'
    )


def findings(status: InspectionStatus, picture: Picture | None, label: Label, lang: Lang) -> str:
    """What was found, in words."""
    seen, lines = status.inspection, []
    if status.late:
        lines.append(f'<div class="finding finding-bad">{tr("picture.late", lang)}</div>')
    if not seen.ok:
        words = tr("picture.not_inspected", lang, error=seen.error)
        return f'<div class="finding finding-bad">{html.escape(words)}</div>'
    if not seen.defects:
        lines.append(f'<div class="finding finding-none">{tr("picture.clean", lang)}</div>')
        return "".join(lines)
    if picture is not None and not picture.canonical:
        lines.append(f'<div class="finding finding-whole">{tr("picture.whole", lang)}</div>')
    lines += [finding(n, m, label) for n, m in enumerate(seen.defects[:LISTED], start=1)]
    hidden = len(seen.defects) - LISTED
    if hidden > 0:
        lines.append(f'<div class="finding">{tr("picture.more", lang, count=hidden)}</div>')
    return "".join(lines)


def finding(number: int, mark: Defect, label: Label) -> str:
    """One line of the list."""
    name = html.escape(label(mark.class_name))
    return (
        f'<div class="finding"><b>{number}</b> {name} '
        f'<span class="score">{mark.score:.2f}</span></div>'
    )


def placeholder(words: str, size: tuple[int, int], marks: str = "") -> str:
    """An empty view that says why there is no picture."""
    width, height = size
    view = f'<rect class="no-picture" width="{width}" height="{height}" rx="8"/>'
    place = f'x="{width / 2}" y="{height / 2}"'
    note = f'<text class="no-picture-text" {place}>{html.escape(words)}</text>'
    return svg(width, height, view + note + marks)


def svg(width: int, height: int, content: str) -> str:
    """An SVG that fills its frame and keeps its proportions."""
    return (
        f'<svg class="picture-svg" style="--unit: {unit(width, height):.3f}" '
        f'viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMin meet">{content}</svg>'
    )
