"""The gate: whether a candidate may judge parts, and if not yet, what is missing. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.promotion.claims import Below, Claim, NotWorse, Standing, mcnemar, standing
from cell.promotion.missing import Missing, missing
from cell.promotion.pairs import Tally


class Outcome(StrEnum):
    """What the gate says."""

    PASS = "pass"
    NOT_YET = "not yet"
    FAIL = "fail"


class What(StrEnum):
    """What a condition is about; what its numbers count."""

    ESCAPES = "escapes"
    """Defective parts."""
    FALSE_REJECTS = "false_rejects"
    """Good parts."""
    REVIEWS = "reviews"
    """Good parts."""
    LATENCY = "latency"
    """Inspections on this machine's engine."""
    LINE = "line"
    """Parts of the line."""


@dataclass(frozen=True, slots=True)
class Speed:
    """How the candidate's inspections went on one engine of this machine. slow: those over the
    budget.
    """

    engine: str = ""
    inspections: int = 0
    slow: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """One thing that must be proven. bad of seen: the candidate's escapes of the defective parts
    and so on (of `line`: seen alone); before: the active model's, None where it is not asked;
    limit: share of `seen` (of `line`: parts).
    """

    what: What
    standing: Standing
    seen: int
    bad: int
    limit: float
    missing: Missing
    before: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says, with all that it goes by. unjudged: parts that wait for a person's word
    and count against the candidate until then. p_value: McNemar's exact test on the discordant
    parts against `escape_ratio` times as many, valid for one look; for people who want to compare.
    """

    outcome: Outcome
    conditions: tuple[Condition, ...]
    unjudged: int
    p_value: float
    confidence: float

    def of(self, what: What) -> Condition:
        """One condition."""
        return next(one for one in self.conditions if one.what is what)

    @property
    def missing(self) -> tuple[Condition, ...]:
        """The conditions that are not proven."""
        return tuple(one for one in self.conditions if one.standing is not Standing.PROVEN)


NOTHING: Final = Missing(0, 0)


def decide(tally: Tally, speed: Speed, rules: PromotionConfig) -> Decision:
    """Whether the candidate may judge parts. May be asked after each part: see `betting`."""
    own = (speed.slow, speed.inspections)
    latency = _below(What.LATENCY, own, own, rules.slow_share, rules.confidence)
    line = _line(tally.line, rules.least_line_parts)
    return _decided(tally, (*_verdicts(tally, rules), latency, line), rules)


def decide_thresholds(tally: Tally, rules: PromotionConfig) -> Decision:
    """Whether the same model may judge by other thresholds, which change nothing but verdicts."""
    return _decided(tally, _verdicts(tally, rules), rules)


def _verdicts(tally: Tally, rules: PromotionConfig) -> tuple[Condition, ...]:
    """What is asked of verdicts."""
    held, sure = tally.held_against(), rules.confidence
    return (
        _escapes(tally, held, rules),
        _below(
            What.FALSE_REJECTS, (held.false_rejects, held.good), (tally.false_rejects, tally.good),
            rules.max_false_rejects, sure,
        ),
        _below(
            What.REVIEWS, (held.reviews, held.good), (tally.reviews, tally.good),
            rules.max_reviews, sure,
        ),
    )  # fmt: skip


def _decided(tally: Tally, conditions: tuple[Condition, ...], rules: PromotionConfig) -> Decision:
    standings = {one.standing for one in conditions}
    if Standing.REFUTED in standings:
        outcome = Outcome.FAIL
    else:
        outcome = Outcome.PASS if standings == {Standing.PROVEN} else Outcome.NOT_YET
    alone = tally.held_against().only_candidate
    p_value = mcnemar(alone, tally.only_active, rules.escape_ratio)
    return Decision(outcome, conditions, tally.unjudged, p_value, rules.confidence)


def _escapes(tally: Tally, held: Tally, rules: PromotionConfig) -> Condition:
    claim = NotWorse(rules.escape_ratio, rules.extra_escapes)
    stands = standing(claim, held.escapes, tally.escapes, rules.confidence)
    return Condition(
        What.ESCAPES,
        stands,
        sum(tally.escapes),
        tally.both + tally.only_candidate,
        rules.extra_escapes,
        _missing(claim, stands, held.escapes, rules.confidence),
        tally.both + tally.only_active,
    )


def _below(
    what: What, held: tuple[int, int], judged: tuple[int, int], limit: float, confidence: float
) -> Condition:
    """held, judged: bad and seen."""
    claim, (bad, seen) = Below(limit), judged
    counts = held[1] - held[0], held[0]
    stands = standing(claim, counts, (seen - bad, bad), confidence)
    lacking = _missing(claim, stands, counts, confidence)
    return Condition(what, stands, seen, bad, limit, lacking)


def _line(parts: int, least: int) -> Condition:
    lacking = max(least - parts, 0)
    stands = Standing.OPEN if lacking else Standing.PROVEN
    return Condition(What.LINE, stands, parts, 0, float(least), Missing(lacking, lacking))


def _missing(claim: Claim, stands: Standing, counts: Sequence[int], confidence: float) -> Missing:
    return NOTHING if stands is Standing.PROVEN else missing(claim, counts, confidence)
