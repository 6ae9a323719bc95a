"""Which package and which thresholds each recipe goes by, as the registry has it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace

from cell.promotion import rows, tuned
from cell.promotion.fleet import Fleet
from cell.promotion.states import State, Way
from cell.promotion.words import TRIAL
from models.registry.chosen import Choice


def chosen_in(db: sqlite3.Connection) -> dict[str, Choice]:
    """By recipe: who judges, by whose wish, who is tried beside it, and why one has lost its say by
    itself; which thresholds count.
    """
    found = {}
    for name in rows.recipes(db):
        events = rows.events(db, name)
        canary, last = Fleet.of(one.move for one in events).canary or "", events[-1]
        ended = last.move.before is State.CANARY or last.move.way is Way.ROLLBACK
        left = last.why if last.person == TRIAL and ended else ""
        for event in events:
            if event.move.after is State.ACTIVE:
                found[name] = Choice(event.move.model, event.person, event.why, canary, left)
    for one in tuned.newest(db):
        version = one.change.recipe_version
        found[one.change.recipe] = replace(
            found.get(one.change.recipe, Choice("")), version=version, version_person=one.person,
            version_why=one.why,
        )  # fmt: skip
    return found
