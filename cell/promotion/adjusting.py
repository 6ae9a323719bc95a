"""Thresholds in the registry: on record and in the recipe's file both, or neither."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.promotion import pending as pending_
from cell.promotion import tuned
from cell.promotion.allowing import require_why, way_of
from cell.promotion.chosen import chosen_in
from cell.promotion.gate import Decision
from cell.promotion.pending import Rewritten
from cell.promotion.publishing import Publishing
from cell.promotion.states import Way
from cell.promotion.tuned import Change, ThresholdVersion
from cell.texts import say


class Adjusting(Publishing):
    """Versions of thresholds, and what was left on its way when a program was killed."""

    def thresholds(self, recipe: str) -> list[ThresholdVersion]:
        """A recipe's versions of thresholds, oldest first."""
        with self._store.reading() as db:
            return tuned.versions(db, recipe)

    def set_thresholds(
        self,
        change: Change,
        decision: Decision | None,
        by: SignedIn,
        now_ns: int,
        *,
        why: str,
        write: Callable[[], Rewritten | None],
        override: bool = False,
    ) -> ThresholdVersion:
        """Let other thresholds count, as the gate says, or against it. decision None: the way back
        to those before. write: how the recipe's file is to read then, None where there is none;
        what it raises keeps them off the record. Record and file have them both in the end, or
        neither, also after a kill (`mend`).

        Raises GateError, PromotionError, ForbiddenError, WriteError, and what `write` raises.
        """
        what = "thresholds.changed"
        with self._refusals(by, what, change.recipe, why):
            require(by.role, Permission.PROMOTE if decision else Permission.ROLL_BACK)
            require_why(why)
            way = Way.ROLLBACK if decision is None else way_of(decision, by, override)
            try:
                with self._store.writing() as db:
                    self._settle(db, by)
                    number = tuned.add(db, change, way, by, now_ns, why, decision)
                    before, after = dict(change.before), dict(change.after)
                    self._notes.note(by, what, change.recipe, before=before, after=after, why=why)
                    rewritten = write()
                    if rewritten is not None:
                        at = change.recipe, number, now_ns
                        pending_.lay_ready(self.data_dir, *at, rewritten)
            finally:
                self.settle(by)
            self._publish()
            return next(v for v in self.thresholds(change.recipe) if v.number == number)

    def settle(self, by: SignedIn) -> bool:
        """Bring thresholds to their end that were on their way when a program was killed: the
        recipe's file gets those that are on record, and no others. Gives whether there were any.
        Raises WriteError.
        """
        if pending_.pending(self.data_dir) is None:
            return False
        with self._store.writing() as db:
            return self._settle(db, by)

    def _settle(self, db: sqlite3.Connection, by: SignedIn) -> bool:
        """The same under the lock of the database: nobody's are under way beside it."""
        one = pending_.pending(self.data_dir)
        if one is None:
            return False
        known = any(
            (v.number, v.at_ns) == (one.number, one.at_ns) for v in tuned.versions(db, one.recipe)
        )
        outcome = pending_.settle(self.data_dir, one, on_record=known)
        if outcome is not pending_.Outcome.DONE:
            dropped = outcome is pending_.Outcome.DROPPED
            code = "promotion.thresholds_dropped" if dropped else "promotion.thresholds_edited"
            why = say(code, recipe=one.recipe)
            self._notes.note(by, "thresholds.settled", one.recipe, refused=why)
        return True

    @property
    def behind(self) -> bool:
        """Whether something of what is on record has not been done yet: another program is at it
        this moment, or was killed.
        """
        if pending_.pending(self.data_dir) is not None:
            return True
        with self._store.reading() as db:
            return not self._told(chosen_in(db))

    def mend(self, by: SignedIn) -> bool:
        """Do what is on record and was left undone, as after a kill between the two: a recipe's
        file with its thresholds, and the file that says which package each recipe goes by. Gives
        whether there was anything. Raises WriteError.
        """
        settled = self.settle(by)
        mended = self._publish()
        if mended or settled:
            self._notes.note(by, "model.choice_mended", after=self.chosen())
        return mended or settled
