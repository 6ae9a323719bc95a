"""Whoever else labels in the labelling course: it takes two to agree."""

from __future__ import annotations

from typing import Final

from cell.labels.book import LabelBook
from cell.labels.label import Judgement
from cell.labels.values import Purpose, Said, State
from cell.texts import say
from cell.trainer.errors import PracticeError

NAME: Final = "practice-colleague"


class Colleague:
    """Labels a picture as the model proposes it."""

    def __init__(self, book: LabelBook) -> None:
        self._book = book

    def has_work(self, now_ns: int) -> bool:
        """Whether there is something in the queue that nobody has labelled. Raises StoreError."""
        return bool(self._book.queue(now_ns, limit=1, state=State.OPEN).items)

    def label(self, now_ns: int) -> None:
        """Label one, so that it waits for a second look. Raises PracticeError where nothing is in
        the queue, and what the book raises.
        """
        task = self._book.take(NAME, now_ns)
        if task is None or task.item.picture is None or task.purpose is not Purpose.LABEL:
            raise PracticeError(say("practice.queue_empty"))
        shapes = tuple(one.shape for one in task.item.about.proposals)
        judgement = Judgement.DEFECTIVE if shapes else Judgement.GOOD
        self._book.save(
            task.item.id, NAME, Said(judgement, shapes), base=task.item.version,
            purpose=Purpose.LABEL, now_ns=now_ns,
        )  # fmt: skip
