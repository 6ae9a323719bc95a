"""What both models said of parts: taken down, and read again as the gate counts it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cell.people.person import SignedIn
from cell.products.verdict import VerdictKind
from cell.promotion.gate import Speed
from cell.promotion.pairs import Pair, Source, Tally, Truth, count
from cell.promotion.rows import pair_of

_PAIR = (
    "recipe, candidate, active, source, look, part, picture, truth, active_said, candidate_said, "
    "candidate_ms, engine, at_ns"
)


@dataclass(frozen=True, slots=True)
class Match:
    """Two models of a recipe, by their fingerprints, that look at the same parts."""

    recipe: str
    candidate: str
    active: str


@dataclass(frozen=True, slots=True)
class Looked:
    """One picture that both looked at. picture: its name; candidate_ms: what the candidate took;
    engine: on which, '' where it could not be inspected.
    """

    pair: Pair
    picture: str
    candidate_ms: float
    engine: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a model said of a part of the line beside another one, `active`, when (system clock,
    ns). stopped: it would not have passed it.
    """

    part: str
    source: Source
    active: str
    stopped: bool
    at_ns: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that speaks for or against a candidate. to_judge: parts of the line that wait for
    a person's word; looks: how often both looked at locked sets.
    """

    tally: Tally
    speed: Speed
    to_judge: tuple[str, ...]
    looks: int


def add_look(
    db: sqlite3.Connection,
    match: Match,
    label_set: tuple[str, str],
    looked: Iterable[Looked],
    by: SignedIn,
    at_ns: int,
) -> None:
    """Take down a look at a locked set, by its name and fingerprint."""
    cursor = db.execute(
        "INSERT INTO look (recipe, candidate, active, label_set, label_set_sha256, at_ns, person) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (match.recipe, match.candidate, match.active, *label_set, at_ns, by.name),
    )
    assert cursor.lastrowid is not None
    add_pairs(db, match, looked, at_ns, cursor.lastrowid)


def add_pairs(
    db: sqlite3.Connection, match: Match, looked: Iterable[Looked], at_ns: int, look: int = 0
) -> None:
    """Take down what both said of pictures."""
    db.executemany(
        f"INSERT INTO pair ({_PAIR}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                match.recipe, match.candidate, match.active, one.pair.source, look, one.pair.part,
                one.picture, one.pair.truth, one.pair.active, one.pair.candidate, one.candidate_ms,
                one.engine, at_ns,
            )
            for one in looked
        ],
    )  # fmt: skip


def read(
    db: sqlite3.Connection, match: Match, truths: Mapping[str, Truth], budget_ms: float
) -> Evidence:
    """All evidence on a match. truths: what people say now of parts of the line.

    Every look at a locked set counts, so that nobody can choose the set that suits a candidate; of
    the same picture the last look, as labels are corrected. Speed counts on the engine of the last
    inspection alone.
    """
    rows = db.execute(
        "SELECT part, source, truth, active_said, candidate_said, picture, candidate_ms, engine "
        "FROM pair WHERE recipe = ? AND candidate = ? AND active = ? ORDER BY seq",
        (match.recipe, match.candidate, match.active),
    ).fetchall()
    newest: dict[tuple[str, str], Pair] = {}
    for row in rows:
        newest[row[1], row[5]] = _judged(pair_of(row[:5]), truths)
    tally = count(newest.values())
    looks = db.execute(
        "SELECT count(*) FROM look WHERE recipe = ? AND candidate = ? AND active = ?",
        (match.recipe, match.candidate, match.active),
    ).fetchone()[0]
    waiting = [pair.part for pair in newest.values() if _waits(pair)]
    return Evidence(tally, _speed([row[6:] for row in rows], budget_ms), tuple(waiting), looks)


def line_parts(db: sqlite3.Connection, match: Match, source: Source | None = None) -> list[str]:
    """Parts of the line that both looked at, by one source or by all."""
    rows = db.execute(
        "SELECT DISTINCT part FROM pair WHERE recipe = ? AND candidate = ? AND active = ? "
        "AND source <> ? AND source = coalesce(?, source)",
        (match.recipe, match.candidate, match.active, Source.LOCKED, source),
    )
    return [row[0] for row in rows]


def line_said(db: sqlite3.Connection, recipe: str, candidate: str) -> list[Said]:
    """Each part of the line that a model has inspected beside others, once, oldest first."""
    rows = db.execute(
        "SELECT part, source, active, candidate_said, at_ns FROM pair "
        "WHERE recipe = ? AND candidate = ? AND source <> ? AND engine <> '' ORDER BY seq",
        (recipe, candidate, Source.LOCKED),
    )
    found: dict[tuple[str, str], Said] = {}
    for part, source, active, said, at_ns in rows:
        stopped = said != VerdictKind.PASS
        found.setdefault((part, source), Said(part, Source(source), active, stopped, at_ns))
    return list(found.values())


def on_trial(db: sqlite3.Connection, match: Match, truths: Mapping[str, Truth]) -> Tally:
    """The parts that both looked at while the candidate was on trial."""
    rows = db.execute(
        "SELECT part, source, truth, active_said, candidate_said FROM pair "
        "WHERE recipe = ? AND candidate = ? AND active = ? AND source = ?",
        (match.recipe, match.candidate, match.active, Source.CANARY),
    )
    return count(_judged(pair_of(row), truths) for row in rows)


def _judged(pair: Pair, truths: Mapping[str, Truth]) -> Pair:
    if pair.source is Source.LOCKED:
        return pair
    return replace(pair, truth=truths.get(pair.part, pair.truth))


def _waits(pair: Pair) -> bool:
    return count([pair]).unjudged > 0


def _speed(rows: Iterable[tuple[float, str]], budget_ms: float) -> Speed:
    timed = [(ms, engine) for ms, engine in rows if engine]
    if not timed:
        return Speed()
    engine = timed[-1][1]
    spent = [ms for ms, where in timed if where == engine]
    return Speed(engine, len(spent), sum(ms > budget_ms for ms in spent))
