"""Which pictures a study takes, and in which blind order they are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cell.products.drawing import lot


@dataclass(frozen=True, slots=True)
class Candidate:
    """A picture whose truth people have settled. score: 0..1, what the cell made of it; file: its
    own copy, from the data folder on.
    """

    part: str
    sha256: str
    file: str
    score: float
    defective: bool
    labelled_by: str


def choose(candidates: Iterable[Candidate], count: int, seed: str) -> tuple[Candidate, ...]:
    """As many defective as good ones where there are enough, each kind spread evenly over its range
    of scores: by turns one from each tenth of the range, those of a tenth by lot; of each part one
    picture. Fewer than `count` where there are no more.
    """
    by_part: dict[str, Candidate] = {}
    for one in sorted(candidates, key=lambda one: lot(seed, one.sha256)):
        by_part.setdefault(one.part, one)
    defective = _spread([one for one in by_part.values() if one.defective], seed)
    good = _spread([one for one in by_part.values() if not one.defective], seed)
    half = count // 2
    take = min(len(defective), max(half, count - len(good)))
    return (*defective[:take], *good[: count - take])


def blind_order(
    seed: str, appraiser: str, trials: int, pictures: Sequence[str]
) -> tuple[tuple[int, str], ...]:
    """Trial and picture at each place: every trial shows all pictures once, in an order of its own
    for each appraiser, and does not begin with the one that ended the trial before.
    """
    found: list[tuple[int, str]] = []
    for trial in range(1, trials + 1):
        what = f"{seed}/{appraiser}/{trial}"
        order = sorted(pictures, key=lambda one: (lot(what, one), one))
        if found and len(order) > 1 and order[0] == found[-1][1]:
            order = [*order[1:], order[0]]
        found += [(trial, one) for one in order]
    return tuple(found)


def _spread(candidates: Sequence[Candidate], seed: str) -> list[Candidate]:
    """All of them, in the order in which they are taken."""
    if not candidates:
        return []
    low = min(one.score for one in candidates)
    width = max(one.score for one in candidates) - low
    tenths: list[list[Candidate]] = [[] for _ in range(10)]
    for one in sorted(candidates, key=lambda one: (lot(seed, one.sha256), one.sha256)):
        share = (one.score - low) / width if width else 0.0
        tenths[min(9, int(10 * share))].append(one)
    longest = max(map(len, tenths))
    return [tenth[turn] for turn in range(longest) for tenth in tenths if turn < len(tenth)]
