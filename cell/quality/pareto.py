"""Which classes of defects matter, told apart by what people found: real, or a false call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from vision.lab.evaluation.intervals import Interval, clopper_pearson


class Truth(StrEnum):
    """What people found of a finding of the cell."""

    REAL = "real"
    FALSE_CALL = "false_call"
    UNKNOWN = "unknown"
    """Nobody has looked."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A class of defects. cumulative: share 0..1 of all findings up to this bar. false_call_share:
    of those that somebody looked at, with its exact interval; None where nobody did. Who is looked
    at is not drawn at random, so it is no estimate for the rest.
    """

    class_name: str
    real: int
    false_calls: int
    unknown: int
    cumulative: float
    interval: Interval

    @property
    def total(self) -> int:
        """Findings."""
        return self.real + self.false_calls + self.unknown

    @property
    def false_call_share(self) -> float | None:
        """0..1."""
        known = self.real + self.false_calls
        return self.false_calls / known if known else None


def pareto(findings: Iterable[tuple[str, Truth]], confidence: float = 0.95) -> tuple[Bar, ...]:
    """Bars of classes, most findings first, equal ones by name."""
    counts: dict[str, dict[Truth, int]] = {}
    for name, truth in findings:
        of = counts.setdefault(name, dict.fromkeys(Truth, 0))
        of[truth] += 1
    return bars(counts, confidence)


def bars(counts: Mapping[str, Mapping[Truth, int]], confidence: float = 0.95) -> tuple[Bar, ...]:
    """The same from what was counted of each class."""
    order = sorted(counts, key=lambda name: (-sum(counts[name].values()), name))
    total = sum(sum(of.values()) for of in counts.values())
    made, before = [], 0
    for name in order:
        of = counts[name]
        before += sum(of.values())
        real, false = of[Truth.REAL], of[Truth.FALSE_CALL]
        bounds = clopper_pearson(false, real + false, confidence)
        made.append(Bar(name, real, false, of[Truth.UNKNOWN], before / max(total, 1), bounds))
    return tuple(made)


def heat_map(
    centres: Iterable[tuple[float, float]], columns: int, rows: int
) -> tuple[tuple[int, ...], ...]:
    """Counts of positions by rows and columns. centres: x, y of each defect as shares 0..1 of the
    view, from its top left corner; those outside count in the outermost field.
    """
    grid = [[0] * columns for _ in range(rows)]
    for x, y in centres:
        grid[_field(y, rows)][_field(x, columns)] += 1
    return tuple(map(tuple, grid))


def _field(share: float, fields: int) -> int:
    return min(fields - 1, max(0, int(share * fields)))


def hundredths(parts: Sequence[int]) -> tuple[int, ...]:
    """Whole percent of each part, which together make exactly 100: by largest remainders."""
    total = sum(parts)
    if not total:
        return tuple(0 for _ in parts)
    shares = [divmod(part * 100, total) for part in parts]
    missing = 100 - sum(whole for whole, _ in shares)
    order = sorted(range(len(parts)), key=lambda one: -shares[one][1])
    return tuple(whole + (one in order[:missing]) for one, (whole, _) in enumerate(shares))
