"""Which of the line's parts a candidate looks at: the newest that were judged by the model that it
is compared with, and whose view was kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from cell.control.ledger.events import Tried
from cell.labels.cases import Case, Records
from cell.labels.values import About
from cell.products.verdict import VerdictKind
from cell.records.following import follow

BY_RECIPE: Final = "recipe"
"""Who gives a verdict by what the model has found."""
REMEMBERED: Final = 10_000
"""Parts that a model on trial has looked at, the newest ones."""


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part that is closed. view: the picture that was inspected, as it was kept; said: what the
    active model's findings led to.
    """

    part: str
    view: Path
    name: str
    said: VerdictKind
    about: About

    def with_own(self, said: VerdictKind) -> LinePart:
        """With the active model's own word, where the verdict may be that of one on trial."""
        return replace(self, said=said)


def newest(
    data_dir: Path, recipe: str, model: str, since_ns: int, known: Collection[str], most: int
) -> Iterator[LinePart]:
    """Parts of a recipe, oldest first, that are not `known`, of the newest `most` of the line.

    model: identity on the record of the one that judges; since_ns: parts inspected before do not
    count. Raises StoreError.
    """
    records = Records(data_dir)
    if not records.there:
        return
    for case in records.newest(most):
        if case.part in known or case.recipe.partition("@")[0] != recipe:
            continue
        seen = case.inspection
        if seen is None or seen.model != model or seen.exposure_ns < since_ns:
            continue
        found = line_part(case)
        if found is not None:
            yield found


def line_part(case: Case) -> LinePart | None:
    """A part as it was recorded; None where no model has judged it or its view was not kept."""
    said = [one.kind for one in case.verdicts if one.by == BY_RECIPE]
    views = [shot for shot in case.shots if shot.kind == "view" and shot.file.is_file()]
    if not said or not views or case.inspection is None:
        return None
    about = About(
        part=case.part,
        recipe=case.recipe,
        model=case.inspection.model,
        golden=case.inspection.golden,
        verdict=case.verdicts[-1].kind,
        verdict_by=case.verdicts[-1].by,
    )
    return LinePart(case.part, views[0].file, views[0].name, VerdictKind(said[0]), about)


class OwnWord:
    """What the active model itself said of parts that a model on trial has looked at, too: there
    the verdict may be that one's.
    """

    def __init__(self, data_dir: Path) -> None:
        self._journal, self._place = data_dir / "journal.db", 0
        self._said: OrderedDict[str, VerdictKind] = OrderedDict()

    def read_on(self, stop: Callable[[], bool]) -> None:
        """Take in what the journal has now. Raises JournalError."""
        while not stop():
            until, last, events = follow(self._journal, self._place, ("tried",))
            if until < self._place:  # another journal lies there
                self._said.clear()
                until = 0
            for event in events:
                assert isinstance(event, Tried)
                self._said[event.part] = event.active
                if len(self._said) > REMEMBERED:
                    self._said.popitem(last=False)
            self._place = until
            if until >= last:
                return

    def of(self, part: LinePart) -> LinePart:
        """The part with the active model's own word."""
        own = self._said.get(part.part)
        return part if own is None else part.with_own(own)
