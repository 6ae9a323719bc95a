"""One part and what both models said of it, and how such pairs are counted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

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
    """Parts counted. An escape is a defective part that passes.

    both, only_candidate, only_active, neither: defective parts by whom they escape. good: good
    parts; false_rejects, reviews: those that the candidate rejects and sends to review. unjudged:
    parts on which one alone would act and that nobody has judged; they are counted against the
    candidate: as its escape, or as its false reject. line: parts of the line that both looked at.
    """

    neither: int = 0
    both: int = 0
    only_candidate: int = 0
    only_active: int = 0
    good: int = 0
    false_rejects: int = 0
    reviews: int = 0
    unjudged: int = 0
    line: int = 0

    @property
    def escapes(self) -> tuple[int, int, int, int]:
        """Defective parts as `claims` takes them."""
        return self.neither, self.both, self.only_candidate, self.only_active

    @property
    def defective(self) -> int:
        """Defective parts, with those unjudged that count as such."""
        return sum(self.escapes)


_STRICT = {VerdictKind.PASS: 0, VerdictKind.REVIEW: 1, VerdictKind.REJECT: 2}


def count(pairs: Iterable[Pair]) -> Tally:
    """Count pairs, each part once.

    Where a part has several pictures, what is worst for the candidate counts: a defective picture
    that it passes, a good one that it stops. Pictures of one part are no independent trials.
    """
    by_part: dict[str, Pair] = {}
    line: set[str] = set()
    for pair in pairs:
        if pair.source is not Source.LOCKED:
            line.add(pair.part)
        known = by_part.get(pair.part)
        if known is None or _badness(pair) > _badness(known):
            by_part[pair.part] = pair
    counted = dict.fromkeys(
        ("neither", "both", "only_candidate", "only_active", "good", "false_rejects", "reviews"), 0
    )
    unjudged = 0
    for pair in by_part.values():
        unjudged += is_open(pair)
        for name in _kinds(pair):
            counted[name] += 1
    return Tally(**counted, unjudged=unjudged, line=len(line))


def is_open(pair: Pair) -> bool:
    """Whether somebody must judge the part, since one model alone would let it pass."""
    passed = (pair.active is VerdictKind.PASS, pair.candidate is VerdictKind.PASS)
    return pair.truth is Truth.UNKNOWN and passed[0] != passed[1]


def _kinds(pair: Pair) -> tuple[str, ...]:
    """The counts that a part belongs to; none where nothing is known and both agree."""
    truth = pair.truth
    if is_open(pair):
        truth = Truth.DEFECTIVE if pair.candidate is VerdictKind.PASS else Truth.GOOD
    if truth is Truth.UNKNOWN:
        return ()
    if truth is Truth.DEFECTIVE:
        active, candidate = (v is VerdictKind.PASS for v in (pair.active, pair.candidate))
        who = {(0, 0): "neither", (1, 1): "both", (0, 1): "only_candidate", (1, 0): "only_active"}
        return (who[active, candidate],)
    if pair.candidate is VerdictKind.PASS:
        return ("good",)
    reject = pair.candidate is VerdictKind.REJECT
    return "good", "false_rejects" if reject else "reviews"


def _badness(pair: Pair) -> tuple[int, int]:
    """How much a picture of a part says against the candidate."""
    kinds = _kinds(pair)
    order = ("good", "only_active", "neither", "reviews", "false_rejects", "both", "only_candidate")
    return max((order.index(kind) for kind in kinds), default=-1), _STRICT[pair.active]
