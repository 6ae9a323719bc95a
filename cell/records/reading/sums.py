"""What quality is counted from: sums over any time, by whatever is asked for."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from cell.records.reading.counts import (
    ALL,
    AlarmCount,
    By,
    ClassCount,
    Kept,
    PartCount,
    PlaceCount,
    Spell,
    StateTime,
    Step,
    StopCount,
    SumsAsked,
)
from cell.records.reading.opening import Reader
from cell.records.reading.spans import QUARTER_S, quarters, ranges

MOST_STEPS: Final = 1000
"""Steps of one series."""
_NS: Final = 10**9
_SINGLE: Final = (
    "SELECT verdict, disposition FROM part_line WHERE arrived_ns >= :since AND arrived_ns < :until"
)
"""Of less than half an hour: sorting them takes longer than counting them one by one."""
_KEPT: Final = (
    "WITH j AS (SELECT json_extract(value, '$[0]') AS step, json_extract(value, '$[1]') AS low, "
    "json_extract(value, '$[2]') AS high FROM json_each(:spans)) SELECT j.step, {what} FROM j "
    "CROSS JOIN {table} AS s WHERE s.span = :span AND s.start_s >= j.low AND s.start_s < j.high "
    "GROUP BY 1, 2, 3"
)


class Sums(Reader):
    """Sums of one data folder. May be used from any thread.

    Every method raises RecordsError for records that are missing, damaged, of a newer cell, or
    whose sums are still being made.
    """

    def parts(self, asked: SumsAsked = ALL, by: Sequence[By] = ()) -> tuple[PartCount, ...]:
        """Parts that arrived, by what they have in common."""
        return self._ask(lambda session: _parts(session, asked, by))

    def ended(self, since_ns: int, until_ns: int) -> dict[tuple[str, str], int]:
        """How many parts arrived from `since_ns` on and before `until_ns`, to the nanosecond, by
        verdict and disposition: whole quarters of an hour from the sums, what is left of others
        part by part.
        """
        edge = QUARTER_S * _NS
        low, high = -(-since_ns // edge) * edge, until_ns // edge * edge

        def read(session: Session) -> dict[tuple[str, str], int]:
            found: Counter[tuple[str, str]] = Counter()
            single = [(since_ns, low), (high, until_ns)] if low <= high else [(since_ns, until_ns)]
            for a, b in single:
                if a < b:
                    rows = session.execute(text(_SINGLE), {"since": a, "until": b})
                    found.update((row[0], row[1]) for row in rows)
            if low < high:
                for row in _parts(session, SumsAsked(low, high), ("verdict", "disposition")):
                    found[str(row.key[0]), str(row.key[1])] += row.parts
            return found

        return self._ask(read)

    def classes(self, asked: SumsAsked = ALL) -> tuple[ClassCount, ...]:
        """Defects and their parts by class, the most defects first: what a Pareto chart shows."""
        return self._ask(lambda session: _classes(session, asked))

    def places(self, asked: SumsAsked = ALL) -> tuple[PlaceCount, ...]:
        """Where the defects were: what a heat map shows. The model is not looked at."""
        where = _equal(asked, "recipe", "class_name")
        query = "SELECT x, y, sum(defects) FROM ({}) GROUP BY x, y"
        return self._ask(
            lambda session: tuple(
                PlaceCount(*row) for row in _over(session, "place_sum", query, asked, where)
            )
        )

    def alarms(self, asked: SumsAsked = ALL) -> tuple[AlarmCount, ...]:
        """Alarms that were raised, the most frequent first."""
        query = (
            "SELECT alarm, sum(raised), sum(acknowledged), sum(cleared), sum(standing_ns) / 1e9 "
            "FROM ({}) GROUP BY alarm"
        )
        found = self._ask(lambda session: _over(session, "alarm_sum", query, asked))
        return tuple(sorted((AlarmCount(*row) for row in found), key=lambda one: -one.raised))

    def stops(self, asked: SumsAsked = ALL) -> tuple[StopCount, ...]:
        """Stops of the belt by their cause."""
        query = "SELECT cause, sum(stops), sum(waited_ms) / 1e3 FROM ({}) GROUP BY cause"
        found = self._ask(lambda session: _over(session, "stop_sum", query, asked))
        return tuple(StopCount(*row) for row in found)

    def states(self, asked: SumsAsked = ALL, now_ns: int = 0) -> tuple[StateTime, ...]:
        """How long the cell was in which state and why. now_ns: until when the state of now is
        counted; without it, states that have ended.
        """
        return self._ask(lambda session: _states(session, asked, now_ns))

    def extent(self) -> tuple[int, int] | None:
        """When the first and the last part arrived [ns]; None: there are none."""
        ends = (f"(SELECT {end}(arrived_ns) FROM part_line)" for end in ("min", "max"))
        query = text(f"SELECT {', '.join(ends)}")

        def read(session: Session) -> tuple[int, int] | None:
            first, last = session.execute(query).one()
            return None if first is None else (first, last)

        return self._ask(read)

    def spells(self, since_ns: int, until_ns: int, most: int) -> tuple[Spell, ...]:
        """The cell's states that touch this time, as they came about; the first `most` of them."""
        query = text(
            "SELECT state, reason, stamp_ns, coalesce(until_ns, :until) FROM cell_state WHERE "
            "stamp_ns < :until AND stamp_ns >= coalesce((SELECT stamp_ns FROM cell_state WHERE "
            "stamp_ns <= :since ORDER BY stamp_ns DESC LIMIT 1), :since) ORDER BY stamp_ns, seq "
            "LIMIT :most"
        )
        values = {"since": since_ns, "until": until_ns, "most": most}
        return self._ask(
            lambda session: tuple(Spell(*row) for row in session.execute(query, values))
        )

    def kept(self, spans: Sequence[tuple[int, int, int]]) -> dict[int, Kept]:
        """What was in spans of whole quarters of an hour: the number of the group that a span
        belongs to, its begin and its end [s since 1970]. One read, however many spans there are;
        groups without anything are left out.
        """
        given = {"spans": json.dumps(spans), "span": QUARTER_S}

        def over(session: Session, table: str, what: str) -> dict[int, list[tuple[Any, ...]]]:
            found: dict[int, list[tuple[Any, ...]]] = {}
            for row in session.execute(text(_KEPT.format(table=table, what=what)), given):
                found.setdefault(row[0], []).append(tuple(row[1:]))
            return found

        def read(session: Session) -> dict[int, Kept]:
            states = over(session, "state_sum", "s.state, s.reason, sum(s.ns)")
            waits = over(session, "stop_sum", "s.cause, '', sum(s.waited_ms) / 1e3")
            parts = over(session, "part_sum", "s.disposition, '', sum(s.parts)")
            made = {}
            for one in {*states, *waits, *parts}:
                ended = {kind: count for kind, _, count in parts.get(one, ()) if kind}
                made[one] = Kept(
                    tuple(states.get(one, ())),
                    tuple((cause, waited) for cause, _, waited in waits.get(one, ())),
                    sum(ended.values()),
                    ended.get("passed", 0),
                )
            return made

        return self._ask(read)

    def series(
        self, edges_ns: Sequence[int], asked: SumsAsked = ALL, by: Sequence[By] = ()
    ) -> tuple[Step, ...]:
        """Parts and classes of each step from one edge to the next: hours, shifts, days, whatever
        they are. The edges rise by whole quarters of an hour; `MOST_STEPS` at most. Raises
        ValueError for others.
        """
        steps = list(pairwise(edges_ns))
        if len(steps) > MOST_STEPS or any(a >= b for a, b in steps):
            raise ValueError(f"{len(steps)} steps, or edges that do not rise")
        if any(edge % (900 * _NS) for edge in edges_ns):
            raise ValueError("an edge is no whole quarter of an hour")

        def step(session: Session, since: int, until: int) -> Step:
            own = SumsAsked(since, until, asked.recipe, asked.model, asked.class_name)
            return Step(since, until, _parts(session, own, by), _classes(session, own))

        return self._ask(lambda session: tuple(step(session, *one) for one in steps))


def _parts(session: Session, asked: SumsAsked, by: Sequence[By]) -> tuple[PartCount, ...]:
    names = ", ".join(by)
    query = f"SELECT {names + ', ' if by else ''}sum(parts) FROM ({{}})"
    query += f" GROUP BY {names}" if by else ""
    found = _over(session, "part_sum", query, asked, _equal(asked, "recipe", "model"))
    flags = [name == "overridden" for name in by]

    def key(row: tuple[Any, ...]) -> tuple[str | bool, ...]:
        return tuple(bool(v) if flag else v for v, flag in zip(row, flags, strict=False))

    return tuple(PartCount(key(row), row[-1]) for row in found if row[-1])


def _classes(session: Session, asked: SumsAsked) -> tuple[ClassCount, ...]:
    query = (
        "SELECT class_name, sum(defects), sum(parts), sum(overridden), sum(false_calls), "
        "sum(confirmed) FROM ({}) GROUP BY class_name"
    )
    where = _equal(asked, "recipe", "model", "class_name")
    found = (ClassCount(*row) for row in _over(session, "class_sum", query, asked, where))
    return tuple(sorted(found, key=lambda one: (-one.defects, one.class_name)))


def _states(session: Session, asked: SumsAsked, now_ns: int) -> tuple[StateTime, ...]:
    query = "SELECT state, reason, sum(ns) FROM ({}) GROUP BY state, reason"
    found = {(row[0], row[1]): row[2] for row in _over(session, "state_sum", query, asked)}
    last = session.execute(
        text(
            "SELECT state, reason, stamp_ns, until_ns FROM cell_state WHERE seq > 0 "
            "ORDER BY seq DESC LIMIT 1"
        )
    ).first()
    if last is not None and last[3] is None:
        since, until = (edge * _NS for edge in quarters(asked.since_ns, asked.until_ns))
        lasted = min(until, now_ns) - max(since, last[2])
        if lasted > 0:
            key = (last[0], last[1])
            found[key] = found.get(key, 0) + lasted
    rows = (StateTime(state, reason, ns / _NS) for (state, reason), ns in found.items())
    return tuple(sorted(rows, key=lambda one: -one.seconds))


def _equal(asked: SumsAsked, *names: str) -> dict[str, str]:
    return {name: getattr(asked, name) for name in names if getattr(asked, name)}


def _over(
    session: Session,
    table: str,
    query: str,
    asked: SumsAsked,
    where: dict[str, str] | None = None,
) -> list[tuple[Any, ...]]:
    """`query` over the rows of a table of sums that together are the time."""
    values: dict[str, Any] = dict(where or {})
    own = "".join(f" AND {name} = :{name}" for name in values)
    selects = []
    for number, (span, first, last) in enumerate(ranges(*quarters(asked.since_ns, asked.until_ns))):
        values |= {f"span{number}": span, f"first{number}": first, f"last{number}": last}
        selects.append(
            f"SELECT * FROM {table} WHERE span = :span{number} AND start_s >= :first{number} "
            f"AND start_s < :last{number}{own}"
        )
    if not selects:
        return []
    found = session.execute(text(query.format(" UNION ALL ".join(selects))), values)
    return [tuple(row) for row in found]
