"""What people say of parts of the line, as labels have it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cell.labels.book import LabelBook
from cell.labels.label import Judgement
from cell.promotion.pairs import Truth


def truths_of(book: LabelBook, parts: Collection[str]) -> Mapping[str, Truth]:
    """What is known of these parts: defective where any settled label of theirs says so. What
    awaits a review or a decision, or nobody can judge, is not known.
    """
    found: dict[str, Truth] = {}
    for part, judgements in book.settled(parts).items():
        if Judgement.DEFECTIVE in judgements:
            found[part] = Truth.DEFECTIVE
        elif judgements == {Judgement.GOOD}:
            found[part] = Truth.GOOD
    return found
