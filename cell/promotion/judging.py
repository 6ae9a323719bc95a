"""What people say of parts of the line: labels; without any, whether somebody rejected it there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from cell.labels.book import LabelBook
from cell.labels.cases import Records
from cell.labels.label import Judgement
from cell.promotion.pairs import Truth

NOBODY: Final[frozenset[str]] = frozenset()


def truths_of(
    book: LabelBook | None, parts: Collection[str], rejected: Collection[str] = NOBODY
) -> Mapping[str, Truth]:
    """What is known of these parts: defective where any settled label of theirs says so. What
    awaits a review or a decision, or nobody can judge, is not known. Where no label says anything,
    a part is defective that a person has rejected (`rejected`): labels win.
    """
    found = {part: Truth.DEFECTIVE for part in parts if part in rejected}
    settled = book.settled(parts) if book is not None and parts else {}
    for part, judgements in settled.items():
        if Judgement.DEFECTIVE in judgements:
            found[part] = Truth.DEFECTIVE
        elif judgements == {Judgement.GOOD}:
            found[part] = Truth.GOOD
    return found


def line_truths(
    records: Records, book: LabelBook | None, parts: Collection[str]
) -> Mapping[str, Truth]:
    """The same with what the records tell of who rejected parts. Raises StoreError."""
    return truths_of(book, parts, records.rejected(parts))
