"""Whoever else labels in the labelling course: it takes two to agree."""

from __future__ import annotations

from typing import Final

from cell.labels.book import LabelBook
from cell.labels.label import Judgement
from cell.labels.values import Item, Purpose, Said, State
from cell.texts import say
from cell.trainer.errors import PracticeError

NAME: Final = "practice-colleague"


class Colleague:
    """Labels a picture as the model proposes it."""

    def __init__(self, book: LabelBook) -> None:
        self._book = book

    def has_work(self, now_ns: int) -> bool:
        """Whether there is a picture in the queue that nobody has labelled nor has open. Raises
        StoreError.
        """
        return self._next(now_ns) is not None

    def agree(self, now_ns: int) -> None:
        """Look a second time at what others have labelled, and say the same. Raises what the book
        raises.
        """
        for item in self._book.queue(now_ns, state=State.REVIEW).items:
            first = self._book.history(item.id)[-1]
            if first.person != NAME:
                task = self._book.open_item(item.id, NAME, now_ns)
                self._book.save(
                    item.id, NAME, first.said, base=task.item.version, purpose=Purpose.REVIEW,
                    now_ns=now_ns,
                )  # fmt: skip

    def label(self, now_ns: int) -> None:
        """Label one, so that it waits for a second look. Raises PracticeError where there is no
        work, and what the book raises.
        """
        found = self._next(now_ns)
        if found is None:
            raise PracticeError(say("practice.queue_empty"))
        task = self._book.open_item(found.id, NAME, now_ns)
        shapes = tuple(one.shape for one in task.item.about.proposals)
        judgement = Judgement.DEFECTIVE if shapes else Judgement.GOOD
        self._book.save(
            task.item.id, NAME, Said(judgement, shapes), base=task.item.version,
            purpose=Purpose.LABEL, now_ns=now_ns,
        )  # fmt: skip

    def _next(self, now_ns: int) -> Item | None:
        waiting = self._book.queue(now_ns, state=State.OPEN).items
        return next((one for one in waiting if one.picture and not one.held_by), None)
