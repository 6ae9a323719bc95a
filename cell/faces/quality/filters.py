"""What the pages are asked for: a plain form, whose address can be sent to somebody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Final

from cell.faces.quality.asking import ALL, DISPOSITIONS, PERIODS, SHIFT, VERDICTS, Asking, address
from cell.faces.quality.room import Room, Visit
from cell.products.labels import label_of
from cell.texts import Lang

FIELDS: Final = ("recipe", "model")
SEARCH: Final = (
    "recipe", "model", "defect", "score", "verdict", "disposition", "part", "person", "overridden",
    "place",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to choose from. words: what people read for each class."""

    recipes: tuple[str, ...]
    models: tuple[str, ...]
    classes: tuple[str, ...]
    words: Mapping[str, str]

    def word(self, class_name: str) -> str:
        """The class in the reader's language."""
        return self.words.get(class_name, class_name)


def known(room: Room, lang: Lang) -> Known:
    """From the sums of all times. Raises RecordsError."""
    sums = room.archive.sums
    found = sums.parts(by=("recipe", "model"))
    recipes = dict.fromkeys(str(one.key[0]) for one in found if one.key[0])
    models = dict.fromkeys(str(one.key[1]) for one in found if one.key[1])
    classes = tuple(one.class_name for one in sums.classes())
    words: dict[str, str] = {}
    for identity in recipes:
        recipe = room.recipes.of(identity)
        for name in classes:
            if recipe is not None and name in recipe.classes:
                words.setdefault(name, label_of(recipe, name, lang))
    return Known(tuple(sorted(recipes)), tuple(sorted(models)), classes, words)


def form(visit: Visit, asked: Asking, there: Known, fields: Sequence[str] = FIELDS) -> str:
    """The form, and keys for usual times above it."""
    path, lang = visit.page.path, visit.lang
    made = _times(visit, asked)
    inner = "".join(_field(visit, name, asked, there) for name in fields)
    own = (asked.parts.since_ns, asked.parts.until_ns) if not asked.period else (None, None)
    ends = "".join(
        f"<label class='qp-field'><span>{escape(visit.tr(f'quality.filter.{name}'))}</span>"
        f"<input type='datetime-local' name='{name}' value='{_local(visit, ns)}'></label>"
        for name, ns in zip(("since", "until"), own, strict=True)
    )
    hidden = "".join(
        f"<input type='hidden' name='{name}' value='{escape(value, quote=True)}'>"
        for name, value in (("period", asked.period), ("lang", lang))
        if value
    )
    reset, apply = visit.tr("quality.filter.reset"), visit.tr("quality.filter.apply")
    return (
        f"{made}<form class='qp-form' method='get' action='{path}' data-test='filter'>"
        f"{ends}{inner}{hidden}<span class='qp-keys'>"
        f"<button class='st-button st-main' data-test='apply'>{escape(apply)}</button>"
        f"<a class='st-button' href='{escape(address(path, lang, {}), quote=True)}' "
        f"data-test='reset'>{escape(reset)}</a></span></form>"
    )


def exports(visit: Visit, asked: Asking, forms: tuple[str, ...]) -> str:
    """Keys that fetch what is asked for as a file."""
    query = asked.query(period=asked.period, after="")
    keys = ""
    for one in forms:
        href = address("/quality/export", visit.lang, {**query, "form": one})
        words = visit.tr(f"quality.export.{one}")
        keys += (
            f"<a class='st-button' data-test='export-{one}' "
            f"href='{href.replace('&', '&amp;')}'>{words}</a>"
        )
    return f"<p class='qp-keys'>{keys}</p>"


def _times(visit: Visit, asked: Asking) -> str:
    shift = (SHIFT,) if visit.room.config.quality.shifts else ()
    keys = ""
    for period in (*shift, *PERIODS, ALL):
        query = asked.query(period=period, since="", until="", after="")
        chosen = period == asked.period
        kind = "filter filter-chosen" if chosen else "filter"
        current = " aria-current='true'" if chosen else ""
        href = escape(address(visit.page.path, visit.lang, query), quote=True)
        words = escape(visit.tr(f"quality.period.{period}"))
        keys += f"<a class='{kind}' href='{href}'{current} data-test='period-{period}'>{words}</a>"
    label = escape(visit.tr("quality.filter.time"), quote=True)
    return f"<nav class='filters' aria-label='{label}'>{keys}</nav>"


def _field(visit: Visit, name: str, asked: Asking, there: Known) -> str:
    now = asked.words.get(name, "")
    if name in ("part", "person", "score", "place"):
        kind = " inputmode='decimal' size='5'" if name in ("score", "place") else ""
        inner = f"<input name='{name}' value='{escape(now, quote=True)}'{kind} maxlength='200'>"
    else:
        inner = _select(name, now, _options(visit, name, there), visit.tr("quality.filter.any"))
    words = escape(visit.tr(f"quality.filter.{name}"))
    return f"<label class='qp-field'><span>{words}</span>{inner}</label>"


def _options(visit: Visit, name: str, there: Known) -> list[tuple[str, str]]:
    match name:
        case "recipe":
            return [(one, one) for one in there.recipes]
        case "model":
            return [(one, one) for one in there.models]
        case "defect":
            return [(one, there.word(one)) for one in there.classes]
        case "verdict":
            return [(one, visit.tr(f"quality.verdict.{one}")) for one in VERDICTS]
        case "disposition":
            return [(one, visit.tr(f"quality.end.{one}")) for one in DISPOSITIONS]
        case _:
            return [(one, visit.tr(f"quality.overridden.{one}")) for one in ("yes", "no")]


def _select(name: str, now: str, options: Iterable[tuple[str, str]], every: str) -> str:
    given = [("", every), *options]
    if now and now not in (value for value, _ in given):
        given.append((now, now))
    made = "".join(
        f"<option value='{escape(value, quote=True)}'{' selected' if value == now else ''}>"
        f"{escape(words)}</option>"
        for value, words in given
    )
    return f"<select name='{name}'>{made}</select>"


def _local(visit: Visit, ns: int | None) -> str:
    if ns is None:
        return ""
    zone = visit.room.config.quality.zone
    try:
        return f"{datetime.fromtimestamp(ns // 10**9, zone):%Y-%m-%dT%H:%M}"
    except (ValueError, OverflowError, OSError):
        return ""
