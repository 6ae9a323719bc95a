"""Changes of the registry: taken down, refusals too, and told to every process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from cell.people.person import SignedIn
from cell.people.roles import ForbiddenError
from cell.products.loading import RecipeError
from cell.promotion import rows
from cell.promotion.chosen import chosen_in
from cell.promotion.errors import PromotionError
from cell.promotion.fleet import Move
from cell.promotion.known import Known
from models.errors import ModelError
from models.ground.writing import WriteError
from models.registry.chosen import Choice, choices, choose


class Publishing(Known):
    """What every change has in common."""

    def chosen(self) -> dict[str, str]:
        """Which package each recipe goes by."""
        with self._store.reading() as db:
            return {name: one.package for name, one in chosen_in(db).items() if one.package}

    def _change(
        self,
        recipe: str,
        subject: str,
        by: SignedIn,
        now_ns: int,
        what: str,
        why: str,
        act: Callable[[sqlite3.Connection], tuple[list[Move], str]],
    ) -> None:
        """Do it, take it down, and let every process know. What is refused is taken down, too."""
        with self._refusals(by, what, subject or recipe, why):
            with self._store.writing() as db:
                moves, decision = act(db)
                if not moves:
                    return
                rows.add_moves(db, recipe, moves, by, now_ns, why, decision)
                self._notes.note(
                    by,
                    what,
                    subject or recipe,
                    before={one.model: one.before and str(one.before) for one in moves},
                    after={one.model: f"{one.after} ({one.way})" for one in moves},
                    why=why,
                )
            self._publish()

    def _publish(self) -> bool:
        """Tell every process which package each recipe goes by; whether that was another one.
        Under the lock of the database, so that the last one to write knows of everybody's moves.
        """
        with self._store.writing() as db:
            wanted = chosen_in(db)
            same = self._told(wanted)
            if not same:
                choose(self.data_dir, wanted)
            return not same

    def _told(self, wanted: Mapping[str, Choice]) -> bool:
        """Whether every process reads it so."""
        try:
            return choices(self.data_dir) == wanted
        except ModelError:
            return False

    @contextmanager
    def _refusals(self, by: SignedIn, what: str, subject: str, why: str) -> Iterator[None]:
        try:
            yield
        except (PromotionError, ForbiddenError, ModelError, RecipeError, WriteError) as error:
            self._notes.note(by, what, subject, why=why, refused=str(error))
            raise
