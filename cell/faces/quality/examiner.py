"""Studies, audits and acceptance runs as people order them, at a page, by a program or at a shell:
allowed by their role, taken down before it is done, and done under their name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TypeVar

from cell.config import CellConfig
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.products.lookup import find_recipe
from cell.quality.reading.summary import Period, oee_of
from cell.quality.report.acceptance_report import acceptance_report
from cell.quality.studies.acceptance_values import Issued, Plan, Signature
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.audits import Audits
from cell.quality.studies.book import StudyBook
from cell.quality.studies.candidates import candidates
from cell.quality.studies.choosing import choose
from cell.quality.studies.values import CELL, Audit, Look, Study
from cell.records.reading.produced import produced
from cell.texts import Lang
from models.ground.errors import UserError

T = TypeVar("T")


class Examiner:
    """What one person does with them. Its methods wait for the disk: call them off the event loop.
    Times are system-clock nanoseconds.

    Each may raise ForbiddenError, StudyError, RecordsError; nothing is done that the log cannot
    take down.
    """

    def __init__(self, book: StudyBook, config: CellConfig, notes: Notes, by: SignedIn) -> None:
        self.book, self._config, self._notes, self._by = book, config, notes, by
        self.acceptances, self.audits = Acceptances(book), Audits(book.store)

    def plan_study(self, wish: Study, parts: int, span: tuple[int, int]) -> Study:
        """Choose so many parts for a gauge study, of those that arrived in this time."""

        own = replace(wish, person=self._by.name)

        def act() -> Study:
            find_recipe(self._config, own.recipe)
            known = candidates(self._config.data_dir, own.recipe, *span)
            return self.book.plan(own, choose(known, parts, own.seed))

        told: Json = {"appraisers": own.appraisers, "parts": parts, "trials": own.trials}
        return self._noted("study.plan", own.name, act, told)

    def look(self, study: str) -> Look | None:
        """What this person, an appraiser of the study, is to judge now; None: nothing more."""
        require(self._by.role, Permission.SEE)
        return self.book.look(study, self._by.name)

    def judge(self, study: str, place: int, defective: bool, now_ns: int) -> bool:
        """Keep what this person, an appraiser of the study, sees there; whether it is new. Whom
        the plan names may judge, whatever his role.
        """
        told: Json = {"place": place, "defective": defective}
        return self._noted(
            "study.judge",
            study,
            lambda: self.book.judge(study, self._by.name, place, defective, now_ns),
            told,
            Permission.SEE,
        )

    def let_cell_judge(self, study: str, act: Callable[[], T]) -> T:
        """Have the cell judge a study; `act` does it, or begins it."""
        return self._noted("study.cell", study, act, {"appraiser": CELL})

    def plan_acceptance(self, plan: Plan, now_ns: int) -> Plan:
        """Write a plan down, under this person's name."""
        own = replace(plan, at_ns=now_ns, person=self._by.name)

        def act() -> Plan:
            find_recipe(self._config, own.recipe)
            return self.acceptances.plan(own)

        return self._noted("acceptance.plan", own.name, act, asdict(own))

    def draw_acceptance(self, name: str, now_ns: int) -> Audit:
        """Draw the parts of a plan among those that have arrived."""

        def act() -> Audit:
            plan = self.acceptances.planned(name)
            data, until_ns = self._config.data_dir, min(plan.until_ns, now_ns)
            rows = produced(data, plan.since_ns, until_ns)
            closed = [row for row in rows if row.disposition]
            oee = None
            if plan.oee_limit is not None:
                asked = Period(plan.since_ns, until_ns)
                oee = oee_of(data, self._config.quality, asked, closed).index
            return self.acceptances.draw(name, closed, oee, self._by.name, now_ns)

        return self._noted("acceptance.draw", name, act)

    def draw_audit(self, wish: Audit, passed: int, stopped: int) -> Audit:
        """Draw an audit."""

        def act() -> Audit:
            rows = produced(self._config.data_dir, wish.since_ns, wish.until_ns)
            return self.audits.draw(replace(wish, person=self._by.name), rows, passed, stopped)

        told = {"passed": passed, "stopped": stopped}
        return self._noted("audit.draw", wish.name, act, told)

    def take(self, name: str, part: str, defective: bool, now_ns: int) -> bool:
        """Keep what was found of a part of an audit or an acceptance run; whether it is new."""
        told: Json = {"part": part, "defective": defective}
        return self._noted(
            "audit.take",
            name,
            lambda: self.audits.take(name, part, defective, self._by.name, now_ns),
            told,
        )

    def sign(self, name: str, now_ns: int) -> Signature:
        """Vouch for the result of a run. The log holds the fingerprint a second time."""
        by = self._by
        told = {"fingerprint": self.acceptances.show(name).fingerprint}
        return self._noted(
            "acceptance.sign",
            name,
            lambda: self.acceptances.sign(name, by.name, by.role, by.how, now_ns),
            told,
            Permission.SIGN,
        )

    def report(self, name: str, lang: Lang, now_ns: int) -> bytes:
        """The report of a run as PDF/A, kept in the list of those that were handed out."""
        require(self._by.role, Permission.SEE)
        run = self.acceptances.show(name)
        content = acceptance_report(run, lang, self._config.quality.zone)
        sha256 = hashlib.sha256(content).hexdigest()
        if self.acceptances.issued(sha256) is None:
            one = Issued(sha256, name, lang, len(run.signatures), now_ns)
            told: Json = {"sha256": sha256, "language": lang, "signatures": one.signatures}
            self._noted(
                "acceptance.report", name, lambda: self.acceptances.issue(one), told, Permission.SEE
            )
        return content

    def _noted(
        self,
        what: str,
        subject: str,
        act: Callable[[], T],
        after: Json = None,
        needs: Permission = Permission.EXAMINE,
    ) -> T:
        """Take it down, then do it; what nothing came of is taken down once more."""
        try:
            require(self._by.role, needs)
            self._notes.note(self._by, what, subject, after=after)
            return act()
        except UserError as error:
            self._notes.note(self._by, what, subject, after=after, refused=str(error))
            raise
