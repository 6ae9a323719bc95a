"""Random audits: parts drawn by lot, looked at by people, and what they prove."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

from cell.products.drawing import lot
from cell.quality.intervals import Claim, prove
from cell.quality.studies.errors import StudyError
from cell.quality.studies.naming import MOST_NAME, fit
from cell.quality.studies.values import Audit, AuditResult, Drawn, Looked
from cell.records.reading.produced import ProducedRow
from cell.stores.store import Store
from cell.texts import say


class Audits:
    """The audits in the file of the studies."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def draw(
        self,
        audit: Audit,
        rows: Iterable[ProducedRow],
        passed: int,
        stopped: int,
    ) -> Audit:
        """Draw so many passed and stopped parts of these, and keep which: see `draw_in`. Raises
        StudyError, also for the name of an acceptance run, which draws by its own plan.
        """
        with self._store.writing() as db:
            if db.execute("SELECT 1 FROM acceptance WHERE name = ?", (audit.name,)).fetchone():
                raise StudyError(say("quality.audit.taken", audit=audit.name))
            return draw_in(db, audit, rows, passed, stopped)

    def take(self, name: str, part: str, defective: bool, person: str, now_ns: int) -> bool:
        """Keep what was found of a drawn part, for ever. Says whether it is new; the same may be
        told again. Raises StudyError.
        """
        if not person.strip():
            raise StudyError(say("quality.audit.nobody"))
        with self._store.writing() as db:
            words = _words_of(db, name)
            drawn = {one.part: one for one in audit_in(db, name).parts}
            if part not in drawn:
                raise StudyError(words.not_drawn(part))
            known = drawn[part].defective
            if known is not None:
                if known != defective:
                    raise StudyError(words.told(part))
                return False
            db.execute(
                "INSERT INTO outcome VALUES (?, ?, ?, ?, ?)",
                (name, part, defective, person, now_ns),
            )
            return True

    def audits(self) -> tuple[Audit, ...]:
        """All of them, oldest first."""
        with self._store.reading() as db:
            names = db.execute("SELECT name FROM audit ORDER BY at_ns, name").fetchall()
            return tuple(audit_in(db, row["name"]) for row in names)

    def audit(self, name: str) -> Audit:
        """By its name. Raises StudyError."""
        with self._store.reading() as db:
            return audit_in(db, name)

    def result(self, name: str, escapes: Claim, false_rejects: Claim) -> AuditResult:
        """What the audit proves of these two claims. Raises StudyError."""
        with self._store.reading() as db:
            audit, looked = audit_in(db, name), looked_in(db, name)
        seen = [one for one in audit.parts if one.defective is not None]
        passed = [one for one in seen if one.passed]
        stopped = [one for one in seen if not one.passed]
        return AuditResult(
            audit=audit,
            escapes=prove(escapes, sum(one.defective is True for one in passed), len(passed)),
            false_rejects=prove(
                false_rejects, sum(one.defective is False for one in stopped), len(stopped)
            ),
            waiting=len(audit.parts) - len(seen),
            looked=looked,
        )


@dataclass(frozen=True, slots=True)
class _Words:
    """What is said of a result that is refused: an acceptance run's parts are kept as an audit's,
    but who looks at them knows no audit.
    """

    name: str
    accepts: bool

    def not_drawn(self, part: str) -> str:
        if self.accepts:
            return say("quality.acceptance.part_not_drawn", acceptance=self.name, part=part)
        return say("quality.audit.not_drawn", audit=self.name, part=part)

    def told(self, part: str) -> str:
        if self.accepts:
            return say("quality.acceptance.part_told", acceptance=self.name, part=part)
        return say("quality.audit.told", audit=self.name, part=part)


def _words_of(db: sqlite3.Connection, name: str) -> _Words:
    """Raises StudyError where no parts were drawn under this name."""
    accepts = db.execute("SELECT 1 FROM acceptance WHERE name = ?", (name,)).fetchone() is not None
    if db.execute("SELECT 1 FROM audit WHERE name = ?", (name,)).fetchone() is None:
        if accepts:
            raise StudyError(say("quality.acceptance.not_drawn", acceptance=name))
        raise StudyError(say("quality.drawn.none", name=name))
    return _Words(name, accepts)


def draw_in(
    db: sqlite3.Connection, audit: Audit, rows: Iterable[ProducedRow], passed: int, stopped: int
) -> Audit:
    """Draw within the caller's transaction.

    The rule: parts by their lot, the first digits of SHA-256 of the audit's name and the part's id;
    who names the audit before the parts are made cannot choose among them. Raises StudyError.
    """
    if not fit(audit.name):
        raise StudyError(say("quality.audit.name", most=MOST_NAME))
    closed = sorted(
        (row for row in rows if row.disposition),
        key=lambda row: lot(f"audit/{audit.name}", row.part),
    )
    kinds = {
        True: [row.part for row in closed if row.disposition == "passed"],
        False: [row.part for row in closed if row.disposition != "passed"],
    }
    if passed > len(kinds[True]) or stopped > len(kinds[False]):
        told = {"passed": len(kinds[True]), "stopped": len(kinds[False])}
        raise StudyError(say("quality.audit.too_few", **told))
    if not passed + stopped:
        raise StudyError(say("quality.audit.nothing"))
    if db.execute("SELECT 1 FROM audit WHERE name = ?", (audit.name,)).fetchone():
        raise StudyError(say("quality.audit.taken", audit=audit.name))
    db.execute(
        "INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            audit.name, audit.at_ns, audit.person, audit.since_ns, audit.until_ns,
            len(kinds[True]), len(kinds[False]),
        ),
    )  # fmt: skip
    chosen = [(part, True) for part in kinds[True][:passed]]
    chosen += [(part, False) for part in kinds[False][:stopped]]
    db.executemany(
        "INSERT INTO audited VALUES (?, ?, ?, ?)",
        [(audit.name, part, good, at) for at, (part, good) in enumerate(chosen)],
    )
    return audit_in(db, audit.name)


def audit_in(db: sqlite3.Connection, name: str) -> Audit:
    """The audit of this name. Raises StudyError."""
    row = db.execute("SELECT * FROM audit WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise StudyError(say("quality.audit.none", audit=name))
    parts = db.execute(
        "SELECT audited.part, passed, defective FROM audited LEFT JOIN outcome "
        "ON outcome.audit = audited.audit AND outcome.part = audited.part "
        "WHERE audited.audit = ? ORDER BY number",
        (name,),
    ).fetchall()
    found = (None if one["defective"] is None else bool(one["defective"]) for one in parts)
    drawn = tuple(
        Drawn(one["part"], bool(one["passed"]), defective)
        for one, defective in zip(parts, found, strict=True)
    )
    return Audit(
        row["name"], row["at_ns"], row["person"], row["since_ns"], row["until_ns"],
        row["of_passed"], row["of_stopped"], drawn,
    )  # fmt: skip


def looked_in(db: sqlite3.Connection, name: str) -> tuple[Looked, ...]:
    """Who looked at the parts of an audit, how many, and when."""
    query = (
        "SELECT person, count(*), min(at_ns), max(at_ns) FROM outcome WHERE audit = ? "
        "GROUP BY person ORDER BY person"
    )
    return tuple(Looked(*row) for row in db.execute(query, (name,)))
