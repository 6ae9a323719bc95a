"""Acceptance runs: limits written down first, parts drawn, looked at, and the result signed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from cell.quality.intervals import Claim
from cell.quality.kappa import NOTHING, Estimate
from cell.quality.studies.acceptance_values import Acceptance, Issued, Plan, Signature
from cell.quality.studies.audits import audit_in, draw_in, looked_in
from cell.quality.studies.book import StudyBook
from cell.quality.studies.criteria import judged, parts_needed, together
from cell.quality.studies.errors import StudyError
from cell.quality.studies.naming import MOST_NAME, fit
from cell.quality.studies.signing import broken, digest, fingerprint
from cell.quality.studies.values import CELL, Audit
from cell.records.reading.produced import ProducedRow
from cell.texts import say

MOST_PARTS = 100_000


class Acceptances:
    """The acceptance runs in the file of the studies."""

    def __init__(self, book: StudyBook) -> None:
        self._book, self._store = book, book.store

    def plan(self, plan: Plan) -> Plan:
        """Keep a plan for ever. Raises StudyError, also for one that could prove nothing."""
        name, study = plan.name, plan.study
        if not fit(name) or len(plan.customer) > MOST_NAME:
            raise StudyError(say("quality.acceptance.name", most=MOST_NAME))
        _require_limits(plan)
        with self._store.writing() as db:
            for table in ("acceptance", "audit"):
                if db.execute(f"SELECT 1 FROM {table} WHERE name = ?", (name,)).fetchone():
                    raise StudyError(say("quality.acceptance.taken", acceptance=name))
            if study and not db.execute("SELECT 1 FROM study WHERE name = ?", (study,)).fetchone():
                raise StudyError(say("quality.study.none", study=study))
            row = [getattr(plan, one) for one in Plan.__dataclass_fields__]
            db.execute(f"INSERT INTO acceptance VALUES ({', '.join('?' * len(row))})", row)
            return _plan(db, name)

    def plans(self) -> tuple[Plan, ...]:
        """All of them, oldest first."""
        with self._store.reading() as db:
            names = db.execute("SELECT name FROM acceptance ORDER BY at_ns, name").fetchall()
            return tuple(_plan(db, row["name"]) for row in names)

    def planned(self, name: str) -> Plan:
        """By its name. Raises StudyError."""
        with self._store.reading() as db:
            return _plan(db, name)

    def draw(
        self, name: str, rows: Iterable[ProducedRow], oee: Fraction | None, person: str, now_ns: int
    ) -> Audit:
        """Draw the parts of the plan among these, by lot. oee: of the time up to `now_ns`, or to
        the plan's end. Raises StudyError.
        """
        with self._store.writing() as db:
            plan = _plan(db, name)
            if db.execute("SELECT 1 FROM audit WHERE name = ?", (name,)).fetchone():
                raise StudyError(say("quality.acceptance.drawn", acceptance=name))
            if now_ns < plan.since_ns:  # planned for later, or the clock was set back since
                raise StudyError(say("quality.acceptance.not_begun", acceptance=name))
            until_ns = min(plan.until_ns, now_ns)
            own = [
                row
                for row in rows
                if row.recipe.partition("@")[0] == plan.recipe
                and plan.since_ns <= row.arrived_ns < until_ns
            ]
            wish = Audit(name, now_ns, person, plan.since_ns, until_ns, 0, 0, ())
            audit = draw_in(db, wish, own, plan.passed, plan.stopped)
            told = "" if oee is None else f"{oee.numerator}/{oee.denominator}"
            db.execute("INSERT INTO acceptance_draw VALUES (?, ?, ?)", (name, name, told))
            return audit

    def show(self, name: str) -> Acceptance:
        """The run as it stands. Raises StudyError."""
        kappa = self._kappa(self.planned(name))
        with self._store.reading() as db:
            return _shown(db, name, kappa)

    def sign(self, name: str, person: str, role: str, how: str, now_ns: int) -> Signature:
        """Vouch for the result of a run that is through. Each person signs once. Raises
        StudyError.
        """
        kappa = self._kappa(self.planned(name))
        with self._store.writing() as db:
            run = _shown(db, name, kappa)
            if not run.through:
                told = {"acceptance": name, "waiting": run.waiting}
                code = "unfinished" if run.audit is not None else "not_drawn"
                if run.audit is not None and not run.waiting:
                    code = "study_unfinished"
                    told = {"acceptance": name, "study": run.plan.study}
                raise StudyError(say(f"quality.acceptance.{code}", **told))
            if any(broken(name, run.fingerprint, run.signatures)):
                raise StudyError(say("quality.acceptance.altered", acceptance=name))
            if person in {one.person for one in run.signatures}:
                raise StudyError(say("quality.acceptance.signed", acceptance=name, person=person))
            before = run.signatures[-1].digest if run.signatures else ""
            number = len(run.signatures) + 1
            made = Signature(number, person, role, how, now_ns, run.fingerprint, "")
            made = replace(made, digest=digest(name, before, made))
            db.execute(
                "INSERT INTO signature VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (name, number, person, role, how, now_ns, made.fingerprint, made.digest),
            )
            return made

    def verify(self, name: str) -> tuple[Acceptance, tuple[int, ...]]:
        """The run, and the numbers of signatures that do not vouch for it any more. Raises
        StudyError.
        """
        run = self.show(name)
        return run, tuple(broken(name, run.fingerprint, run.signatures))

    def issue(self, one: Issued) -> None:
        """Take down that a report was handed out. Raises StudyError."""
        with self._store.writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO issued VALUES (?, ?, ?, ?, ?)",
                (one.sha256, one.acceptance, one.lang, one.signatures, one.at_ns),
            )

    def issued(self, sha256: str) -> Issued | None:
        """The report with this content, None where none was handed out."""
        with self._store.reading() as db:
            row = db.execute("SELECT * FROM issued WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else Issued(*row)

    def _kappa(self, plan: Plan) -> Estimate | None:
        """The cell's kappa by the plan's study, None while that is not through: judgements are for
        ever, so it may be asked before the file is locked.
        """
        if not plan.study:
            return None
        looks = self._book.study(plan.study).looks
        if any(done != looks for done in self._book.done(plan.study).values()):
            return None
        told = self._book.evaluation(plan.study, plan.confidence)
        own = [one.reference_kappa for one in told.result.appraisers if one.name == CELL]
        return own[0] if own else NOTHING


def _require_limits(plan: Plan) -> None:
    """Raises StudyError."""
    for limit in (plan.escape_limit, plan.false_reject_limit):
        try:
            Claim(limit, plan.confidence)
        except ValueError:
            told = {"limit": limit, "confidence": plan.confidence}
            raise StudyError(say("quality.acceptance.limits", **told)) from None
    for lowest in (plan.oee_limit, plan.kappa_limit):
        if lowest is not None and not 0.0 < lowest < 1.0:
            raise StudyError(say("quality.acceptance.least", limit=lowest))
    if (plan.kappa_limit is None) != (not plan.study):
        raise StudyError(say("quality.acceptance.kappa"))
    if plan.since_ns >= plan.until_ns:
        raise StudyError(say("quality.acceptance.time"))
    passed, stopped = parts_needed(plan)
    enough = passed is not None and stopped is not None
    enough = enough and max(passed or 0, stopped or 0) <= MOST_PARTS
    if not enough or plan.passed < (passed or 0) or plan.stopped < (stopped or 0):
        least = {"passed": passed or "-", "stopped": stopped or "-"}
        raise StudyError(say("quality.acceptance.too_few", most=MOST_PARTS, **least))
    if max(plan.passed, plan.stopped) > MOST_PARTS:
        raise StudyError(say("quality.acceptance.too_many", most=MOST_PARTS))


def _shown(db: sqlite3.Connection, name: str, kappa: Estimate | None) -> Acceptance:
    plan = _plan(db, name)
    row = db.execute("SELECT oee FROM acceptance_draw WHERE acceptance = ?", (name,)).fetchone()
    audit = None if row is None else audit_in(db, name)
    oee = Fraction(row["oee"]) if row is not None and row["oee"] else None
    parts = audit.parts if audit is not None else ()
    waiting = sum(one.defective is None for one in parts)
    through = bool(parts) and not waiting and (not plan.study or kappa is not None)
    criteria = judged(plan, audit, oee, kappa)
    signed = db.execute("SELECT * FROM signature WHERE acceptance = ? ORDER BY number", (name,))
    return Acceptance(
        plan=plan,
        audit=audit,
        oee=oee,
        criteria=criteria,
        waiting=waiting,
        through=through,
        standing=together(criteria, through=through),
        looked=looked_in(db, name),
        fingerprint=fingerprint(db, plan),
        signatures=tuple(
            Signature(
                one["number"], one["person"], one["role"], one["how"], one["at_ns"],
                one["fingerprint"], one["digest"],
            )
            for one in signed.fetchall()
        ),
    )  # fmt: skip


def _plan(db: sqlite3.Connection, name: str) -> Plan:
    row = db.execute("SELECT * FROM acceptance WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise StudyError(say("quality.acceptance.none", acceptance=name))
    return Plan(*row)
