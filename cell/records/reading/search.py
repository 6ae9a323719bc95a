"""Parts found by whatever a person asks for, a page at a time, in a bounded time.

One condition leads: it has an index that ends with the time of arrival. The others are looked at on
the way. A page looks through at most `LOOKED` rows: where few of them fit, it holds fewer parts
than it may, or none, and says where the next one goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from cell.records.reading.asked import PartsAsked
from cell.records.summaries.parts import square

LOOKED: Final = 10_000
"""Rows that one page looks through."""
FEW: Final = 1000
"""So many parts of one beginning of an id are read at once."""
END_NS: Final = 2**63 - 1
_BETWEEN: Final = "{k}.arrived_ns >= :since AND ({k}.arrived_ns, {k}.id) < (:at, :row)"
_ORDER: Final = "ORDER BY {k}.arrived_ns DESC, {k}.id DESC LIMIT :looked"
_LINE: Final = "FROM part_line AS l INDEXED BY {index} WHERE {own}" + _BETWEEN.format(k="l")
_TAG: Final = (
    "FROM part_tag AS t CROSS JOIN part_line AS l ON l.id = t.id "
    "WHERE t.kind = :kind AND t.word = :word AND " + _BETWEEN.format(k="t")
)
_FEW: Final = (
    "FROM part_line AS l WHERE l.id IN (SELECT rowid FROM part WHERE id >= :part AND id < :beyond) "
    "AND " + _BETWEEN.format(k="l")
)
_PLACED: Final = (
    "EXISTS (SELECT 1 FROM defect AS d WHERE d.inspection = f.inspection AND "
    f"{square('x_min', 'x_max')} = :square_x AND {square('y_min', 'y_max')} = :square_y"
)
Place = tuple[int, int]
"""Time of arrival and row of the last part that was looked at."""


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of part_line, the newest first; where the next page goes on, None after the last."""

    rows: tuple[Row[Any], ...]
    next: Place | None


def search(
    session: Session, asked: PartsAsked, after: Place | None, limit: int, looked: int = LOOKED
) -> Found:
    """A page. after: where the one before ended. All in the caller's one moment."""
    values = _values(asked, after, looked)
    few = bool(asked.part) and _is_few(session, values)
    leading, key = (_FEW, "l") if few else _leading(asked, values)
    others = " AND ".join(_conditions(asked, values)) or "true"
    inner = f"SELECT l.* {leading}"
    if not few:
        inner += " " + _ORDER.format(k=key)
    query = f"SELECT f.* FROM ({inner}) AS f WHERE {others}"
    if few:
        rows = list(session.execute(text(query), values))
        rows.sort(key=lambda row: (row.arrived_ns, row.id), reverse=True)
        rows = rows[: limit + 1]
    else:
        rows = list(session.execute(text(f"{query} LIMIT :limit"), values | {"limit": limit + 1}))
    if len(rows) > limit:
        last = rows[limit - 1]
        return Found(tuple(rows[:limit]), (last.arrived_ns, last.id))
    return Found(tuple(rows), None if few else _end(session, leading, key, values))


def _end(session: Session, leading: str, key: str, values: dict[str, Any]) -> Place | None:
    """The last row that was looked at, where there may be more beyond it."""
    at = (
        f"SELECT {key}.arrived_ns, {key}.id {leading} ORDER BY {key}.arrived_ns DESC, {key}.id DESC"
    )
    row = session.execute(
        text(f"{at} LIMIT 1 OFFSET :before"), values | {"before": values["looked"] - 1}
    ).first()
    return None if row is None else (row[0], row[1])


def _values(asked: PartsAsked, after: Place | None, looked: int) -> dict[str, Any]:
    at = (END_NS if asked.until_ns is None else asked.until_ns, 0)
    at = at if after is None else min(at, after)
    return {
        "since": -END_NS if asked.since_ns is None else asked.since_ns,
        "at": at[0],
        "row": at[1],
        "looked": looked,
        "part": asked.part,
        "beyond": f"{asked.part}\U0010ffff",
        "length": len(asked.part),
    }


def _is_few(session: Session, values: dict[str, Any]) -> bool:
    query = (
        "SELECT count(*) FROM (SELECT 1 FROM part WHERE id >= :part AND id < :beyond LIMIT :most)"
    )
    count = session.execute(text(query), values | {"most": FEW + 1}).scalar_one()
    return int(count) <= FEW


def _leading(asked: PartsAsked, values: dict[str, Any]) -> tuple[str, str]:
    """The condition that is likely to be met least often, and the table that its order is of."""
    for kind, word in (("person", asked.person), ("class", asked.class_name)):
        if word:
            values |= {"kind": kind, "word": word}
            return _TAG, "t"
    if asked.overridden:
        return _line("line_by_override", "l.overridden = 1 AND ")
    if asked.disposition in ("open", "purged") or (asked.disposition and not asked.verdict):
        values["disposition"] = "" if asked.disposition == "open" else asked.disposition
        return _line("line_by_disposition", "l.disposition = :disposition AND ")
    if asked.verdict:
        values["verdict"] = "" if asked.verdict == "none" else asked.verdict
        return _line("line_by_verdict", "l.verdict = :verdict AND ")
    if asked.least_score is not None or asked.place is not None:
        return _line("line_by_score", "l.score IS NOT NULL AND ")
    for name, value in (
        ("session", asked.session), ("model", asked.model), ("recipe", asked.recipe),
    ):  # fmt: skip
        if value:
            values[name] = value
            return _line(f"line_by_{name}", f"l.{name} = :{name} AND ")
    return _line("line_by_time", "")


def _line(index: str, own: str) -> tuple[str, str]:
    return _LINE.format(index=index, own=own), "l"


def _conditions(asked: PartsAsked, values: dict[str, Any]) -> Iterator[str]:
    """All of them, also the one that leads: it costs nothing to look twice."""
    for name in ("session", "recipe", "model"):
        if wanted := getattr(asked, name):
            values[name] = wanted
            yield f"f.{name} = :{name}"
    for name, nothing in (("verdict", "none"), ("disposition", "open")):
        if wanted := getattr(asked, name):
            values[name] = "" if wanted == nothing else wanted
            yield f"f.{name} = :{name}"
    if asked.part:
        yield "substr(f.part, 1, :length) = :part"
    if asked.overridden is not None:
        values["overridden"] = asked.overridden
        yield "f.overridden = :overridden"
    if asked.person:
        values["person"] = asked.person
        yield _tagged("person")
    if asked.class_name:
        values |= {"class": asked.class_name, "least": asked.least_score or 0.0}
        yield _tagged("class", " AND score >= :least")
    elif asked.least_score is not None:
        values["least"] = asked.least_score
        yield "f.score >= :least"
    if asked.place is not None:
        values |= {"square_x": asked.place[0], "square_y": asked.place[1]}
        own = " AND d.class_name = :class" if asked.class_name else ""
        own += " AND d.score >= :least" if "least" in values else ""
        yield _PLACED + own + ")"


def _tagged(kind: str, more: str = "") -> str:
    return (
        f"EXISTS (SELECT 1 FROM part_tag WHERE kind = '{kind}' AND word = :{kind} "
        f"AND arrived_ns = f.arrived_ns AND id = f.id{more})"
    )
