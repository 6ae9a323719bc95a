"""One part and what both models said of it, and how such pairs are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from typing import Final

from cell.products.verdict import VerdictKind


class Truth(StrEnum):
    """What people know of a part."""

    GOOD = "good"
    DEFECTIVE = "defective"
    UNKNOWN = "unknown"
    """Nobody has judged it, or nobody can."""


class Source(StrEnum):
    """Where both models looked at a part."""

    LOCKED = "locked"
    """The test share of a frozen label set."""
    SHADOW = "shadow"
    """The line's own part, the candidate without a say."""
    CANARY = "canary"
    """The line's own part, the stricter verdict acted on."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One part. A verdict `reject` also stands for what could not be inspected."""

    part: str
    source: Source
    truth: Truth
    active: VerdictKind
    candidate: VerdictKind


@dataclass(frozen=True, slots=True)
class Tally:
    """Judged parts counted. An escape is a defective part that passes.

    both, only_candidate, only_active, neither: defective parts by whom they escape. good: good
    parts; false_rejects, reviews: those that the candidate rejects and sends to review. line: parts
    of the line that both looked at, judged or not. open_...: parts that nobody has judged and that
    one model alone stops. Until somebody does, they are held against the candidate: as its escapes
    where it passes them, else as its false rejects and reviews.
    """

    neither: int = 0
    both: int = 0
    only_candidate: int = 0
    only_active: int = 0
    good: int = 0
    false_rejects: int = 0
    reviews: int = 0
    open_escapes: int = 0
    open_false_rejects: int = 0
    open_reviews: int = 0
    line: int = 0

    @property
    def escapes(self) -> tuple[int, int, int, int]:
        """Defective parts as `claims.NotWorse` takes them."""
        return self.neither, self.both, self.only_candidate, self.only_active

    @property
    def unjudged(self) -> int:
        """Parts that somebody must judge."""
        return self.open_escapes + self.open_false_rejects + self.open_reviews

    def held_against(self) -> Tally:
        """The same with everything unjudged held against the candidate."""
        return replace(
            self,
            only_candidate=self.only_candidate + self.open_escapes,
            good=self.good + self.open_false_rejects + self.open_reviews,
            false_rejects=self.false_rejects + self.open_false_rejects,
            reviews=self.reviews + self.open_reviews,
        )


def count(pairs: Iterable[Pair]) -> Tally:
    """Count pairs, each part once.

    Where a part has several pictures, the one counts that says most against the candidate. Pictures
    of one part are no independent trials.
    """
    worst: dict[str, Kind | None] = {}
    line: set[str] = set()
    for pair in pairs:
        if pair.source is not Source.LOCKED:
            line.add(pair.part)
        kinds = (kind_of(pair), worst.get(pair.part))
        worst[pair.part] = max(kinds, key=lambda kind: -1 if kind is None else _ORDER.index(kind))
    counts = Counter(kind for kind in worst.values() if kind is not None)
    good = sum(counts[kind] for kind in (Kind.PASSED, Kind.FALSE_REJECT, Kind.REVIEW))
    return Tally(
        neither=counts[Kind.NEITHER],
        both=counts[Kind.BOTH],
        only_candidate=counts[Kind.ONLY_CANDIDATE],
        only_active=counts[Kind.ONLY_ACTIVE],
        good=good,
        false_rejects=counts[Kind.FALSE_REJECT],
        reviews=counts[Kind.REVIEW],
        open_escapes=counts[Kind.OPEN_ESCAPE],
        open_false_rejects=counts[Kind.OPEN_FALSE_REJECT],
        open_reviews=counts[Kind.OPEN_REVIEW],
        line=len(line),
    )


class Kind(Enum):
    """What a pair counts as, least against the candidate first."""

    PASSED = auto()
    ONLY_ACTIVE = auto()
    NEITHER = auto()
    OPEN_REVIEW = auto()
    REVIEW = auto()
    OPEN_FALSE_REJECT = auto()
    FALSE_REJECT = auto()
    BOTH = auto()
    OPEN_ESCAPE = auto()
    ONLY_CANDIDATE = auto()


_ORDER: Final = tuple(Kind)


def kind_of(pair: Pair) -> Kind | None:
    """What a pair counts as; None where nobody has judged it and both models agree."""
    passed = pair.candidate is VerdictKind.PASS
    rejected = pair.candidate is VerdictKind.REJECT
    active_passed = pair.active is VerdictKind.PASS
    if pair.truth is Truth.DEFECTIVE:
        if passed:
            return Kind.BOTH if active_passed else Kind.ONLY_CANDIDATE
        return Kind.ONLY_ACTIVE if active_passed else Kind.NEITHER
    if pair.truth is Truth.GOOD:
        return Kind.PASSED if passed else Kind.FALSE_REJECT if rejected else Kind.REVIEW
    if passed == active_passed:
        return None
    if passed:
        return Kind.OPEN_ESCAPE
    return Kind.OPEN_FALSE_REJECT if rejected else Kind.OPEN_REVIEW
