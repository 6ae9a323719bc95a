"""Rules of a recipe that could never take effect, or not as they are meant. All functions raise
ValueError with the field, what is wrong and what to do.
"""

from __future__ import annotations

from collections.abc import Mapping

from cell.products.base import MOST_TOLD
from cell.products.classes import ClassRule
from cell.products.polygon import area
from cell.products.regions import MOST_REGIONS, Region

Size = tuple[float, float]


def require_reachable(classes: Mapping[str, ClassRule], view_px: Size, view_mm: Size) -> None:
    """Refuse sizes that no defect in a view (width, height) can reach."""
    area_mm2 = view_mm[0] * view_mm[1]
    for name, rule in classes.items():
        for key, given, most, unit in (
            ("min_area_px", rule.min_area_px, view_px[0] * view_px[1], "px^2"),
            ("min_length_mm", rule.min_length_mm, max(view_mm), "mm"),
            ("min_width_mm", rule.min_width_mm, min(view_mm), "mm"),
            ("min_area_mm2", rule.min_area_mm2, area_mm2, "mm^2"),
        ):
            if given is not None and given >= most:
                raise ValueError(
                    f"classes.{name}.{key}: {given:g} is not smaller than the whole view "
                    f"({most:g} {unit}): none of its defects would ever count; lower it"
                )


def require_counts(classes: Mapping[str, ClassRule], limit: int) -> None:
    """Refuse a tolerated count above that from which parts are not sorted any more."""
    for name, rule in classes.items():
        if rule.max_count > limit:
            raise ValueError(
                f"classes.{name}.max_count: {rule.max_count} is above "
                f"limits.max_defects_to_sort ({limit}), which rejects first: lower it, or raise "
                f"the limit (at most {MOST_TOLD - 1})"
            )


def require_own_words(classes: Mapping[str, ClassRule]) -> None:
    """Refuse two classes that people would read as one."""
    for language in ("ko", "en"):
        seen: dict[str, str] = {}
        for name, rule in classes.items():
            word = (rule.label and getattr(rule.label, language)) or name
            if word in seen:
                raise ValueError(
                    f"classes.{name}.label.{language}: '{word}' is what '{seen[word]}' is called, "
                    "too: give each class a word of its own"
                )
            seen[word] = name


def require_regions(
    regions: Mapping[str, Region], classes: Mapping[str, ClassRule], view_px: Size
) -> None:
    """Refuse regions that reach out of the view, leave nothing of it or name unknown classes."""
    if len(regions) > MOST_REGIONS:
        raise ValueError(f"regions: {len(regions)} are more than {MOST_REGIONS}: join some")
    for name, region in regions.items():
        _require_inside(name, region, view_px)
        unknown = sorted(set(region.classes or ()) - classes.keys())
        if unknown:
            raise ValueError(
                f"regions.{name}.classes: {unknown} are none of the recipe's: use some of "
                f"{sorted(classes)}"
            )
        if region.kind == "ignore" and area(region.polygon) >= view_px[0] * view_px[1]:
            raise ValueError(
                f"regions.{name}: the whole view would be ignored and no defect would ever count: "
                "draw a smaller region"
            )


def _require_inside(name: str, region: Region, view_px: Size) -> None:
    width, height = view_px
    for number, (x, y) in enumerate(region.polygon, start=1):
        if not (0 <= x <= width and 0 <= y <= height):
            raise ValueError(
                f"regions.{name}.polygon: point {number} ({x:g}, {y:g}) lies outside the view of "
                f"{width:g} x {height:g} px: move it inside"
            )
