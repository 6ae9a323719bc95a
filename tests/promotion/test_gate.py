"""What the gate says of counted pairs, and how pairs are counted."""

from __future__ import annotations

import pytest

from cell.config.promotion import PromotionConfig
from cell.products.verdict import VerdictKind as V
from cell.promotion.claims import Standing
from cell.promotion.gate import Decision, Outcome, Speed, What, decide
from cell.promotion.pairs import Pair, Source, Tally, Truth, count

RULES = PromotionConfig()
FAST = Speed("engine", 500, 0)
ENOUGH = Tally(neither=1000, good=400, line=200)


def asked(tally: Tally = ENOUGH, speed: Speed = FAST) -> Decision:
    return decide(tally, speed, RULES)


@pytest.mark.parametrize(
    ("tally", "speed", "outcome", "not_proven"),
    [
        (ENOUGH, FAST, Outcome.PASS, []),
        (Tally(), Speed(), Outcome.NOT_YET, list(What)),
        (Tally(neither=1000, good=400, line=199), FAST, Outcome.NOT_YET, [What.LINE]),
        (Tally(neither=900, good=400, line=200), FAST, Outcome.NOT_YET, [What.ESCAPES]),
        (ENOUGH, Speed("engine", 400, 1), Outcome.NOT_YET, [What.LATENCY]),
        (ENOUGH, Speed("engine", 400, 40), Outcome.FAIL, [What.LATENCY]),
        (
            Tally(neither=1000, only_candidate=12, good=400, line=200),
            FAST,
            Outcome.FAIL,
            [What.ESCAPES],
        ),
        (
            Tally(neither=1000, good=400, false_rejects=40, line=200),
            FAST,
            Outcome.FAIL,
            [What.FALSE_REJECTS],
        ),
        (
            Tally(neither=1000, good=400, reviews=60, line=200),
            FAST,
            Outcome.FAIL,
            [What.REVIEWS],
        ),
        (
            Tally(neither=1000, good=1, false_rejects=1, line=200),
            FAST,
            Outcome.NOT_YET,
            [What.FALSE_REJECTS, What.REVIEWS],
        ),
        (
            Tally(neither=1000, good=400, line=200, open_escapes=12),
            FAST,
            Outcome.NOT_YET,
            [What.ESCAPES],
        ),
        (
            Tally(neither=1000, good=400, line=200, open_false_rejects=40),
            FAST,
            Outcome.NOT_YET,
            [What.FALSE_REJECTS],
        ),
    ],
    ids=[
        "all proven", "nothing known", "line", "defective parts", "slow once", "slow",
        "escapes", "false rejects", "reviews", "one good part", "unjudged passes",
        "unjudged rejects",
    ],
)  # fmt: skip
def test_the_gate(tally: Tally, speed: Speed, outcome: Outcome, not_proven: list[What]) -> None:
    decision = asked(tally, speed)
    assert decision.outcome is outcome
    assert [one.what for one in decision.missing] == not_proven
    lacking = [one for one in decision.missing if one.standing is Standing.OPEN]
    assert all(one.missing.clean for one in lacking)


def pair(
    truth: Truth, active: V, candidate: V, part: str = "p", source: Source = Source.LOCKED
) -> Pair:
    return Pair(part, source, truth, active, candidate)


BAD, GOOD, OPEN = Truth.DEFECTIVE, Truth.GOOD, Truth.UNKNOWN


@pytest.mark.parametrize(
    ("truth", "active", "candidate", "kinds"),
    [
        (BAD, V.REJECT, V.REVIEW, {"neither"}),
        (BAD, V.PASS, V.PASS, {"both"}),
        (BAD, V.REVIEW, V.PASS, {"only_candidate"}),
        (BAD, V.PASS, V.REJECT, {"only_active"}),
        (GOOD, V.REJECT, V.PASS, {"good"}),
        (GOOD, V.PASS, V.REJECT, {"good", "false_rejects"}),
        (GOOD, V.PASS, V.REVIEW, {"good", "reviews"}),
        (OPEN, V.PASS, V.PASS, set()),
        (OPEN, V.REJECT, V.REVIEW, set()),
        (OPEN, V.REJECT, V.PASS, {"open_escapes"}),
        (OPEN, V.PASS, V.REJECT, {"open_false_rejects"}),
        (OPEN, V.PASS, V.REVIEW, {"open_reviews"}),
    ],
)
def test_a_part_counts_as(truth: Truth, active: V, candidate: V, kinds: set[str]) -> None:
    assert count([pair(truth, active, candidate)]) == Tally(**dict.fromkeys(kinds, 1))


def test_pictures_of_one_part_count_once_by_the_worst() -> None:
    same = [
        pair(GOOD, V.PASS, V.PASS),
        pair(BAD, V.REJECT, V.REJECT),
        pair(BAD, V.REJECT, V.PASS),
        pair(BAD, V.PASS, V.PASS, "other", Source.SHADOW),
    ]
    for order in (same, same[::-1]):
        assert count(order) == Tally(both=1, only_candidate=1, line=1)
