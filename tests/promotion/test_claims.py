"""What the gate's bets are worth: against sums by hand, other libraries, and known truths."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from cell.promotion.betting import FRACTIONS, log_capital, needed
from cell.promotion.claims import Below, NotWorse, Standing, mcnemar, standing
from cell.promotion.missing import missing
from cell.promotion.simulation import Truth, parts_needed

USUAL = NotWorse(2.0, 0.005)
COUNTS = st.tuples(*[st.integers(0, 400)] * 4)


def test_a_capital_is_the_mean_of_its_bets() -> None:
    counts, losses = (5, 2, 1), (-0.5, 0.25, 1.0)
    by_hand = np.mean([(1 + f / 2) ** 5 * (1 - f / 4) ** 2 * (1 - f) for f in FRACTIONS])
    assert math.exp(log_capital(counts, losses)) == pytest.approx(by_hand)


@given(COUNTS)
def test_no_bet_gains_on_average_where_its_hypothesis_holds(counts: tuple[int, ...]) -> None:
    """One more part multiplies the capital by 1 on average, at the edge of the hypothesis."""
    only_candidate, only_active = 0.02, 0.01  # twice as many, and 1 % more
    chances = np.array([1 - only_candidate - only_active, 0.0, only_candidate, only_active])
    now = np.exp(USUAL.for_it(counts))
    later = np.exp(USUAL.for_it(np.asarray(counts) + np.eye(4)))
    assert chances @ later <= now * (1 + 1e-9)


@given(COUNTS, st.integers(0, 3))
def test_only_the_candidates_own_escapes_speak_against_it(
    counts: tuple[int, ...], kind: int
) -> None:
    """So a part that is missing from the other counts never lets a candidate through."""
    more = [count + (number == kind) for number, count in enumerate(counts)]
    gained = float(USUAL.for_it(more)) - float(USUAL.for_it(counts))
    assert gained < 0 if kind == 2 else gained >= 0


@pytest.mark.parametrize(("candidate", "active"), [(0, 5), (3, 9), (9, 3), (20, 20)])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_mcnemars_test_is_the_binomial_one(candidate: int, active: int, ratio: float) -> None:
    whole = binomtest(candidate, candidate + active, ratio / (1 + ratio), alternative="less")
    assert mcnemar(candidate, active, ratio) == pytest.approx(whole.pvalue)


def test_without_discordant_parts_mcnemars_test_says_nothing() -> None:
    assert mcnemar(0, 0) == mcnemar(7, 0) == 1.0


@pytest.mark.parametrize(
    ("counts", "judged", "expected"),
    [
        ((0, 0, 0, 0), (0, 0, 0, 0), Standing.OPEN),
        ((985, 0, 0, 0), (985, 0, 0, 0), Standing.PROVEN),
        ((984, 0, 0, 0), (984, 0, 0, 0), Standing.OPEN),
        ((100, 0, 0, 5), (100, 0, 0, 5), Standing.PROVEN),
        ((100, 0, 9, 0), (100, 0, 9, 0), Standing.REFUTED),
        ((100, 0, 9, 0), (100, 0, 0, 0), Standing.OPEN),
    ],
)
def test_a_claim_stands(
    counts: tuple[int, ...], judged: tuple[int, ...], expected: Standing
) -> None:
    assert standing(USUAL, counts, judged, 0.95) is expected


@pytest.mark.parametrize(
    ("claim", "counts"), [(USUAL, (300, 2, 1, 2)), (Below(0.02), (99, 1)), (Below(0.02), (0, 0))]
)
def test_what_is_missing_decides_and_one_less_does_not(
    claim: NotWorse | Below, counts: tuple[int, ...]
) -> None:
    lacking = missing(claim, counts, 0.95)
    have, enough = np.asarray(counts, float), needed(0.95)
    clean = np.eye(len(counts))[0]
    usual = have / have.sum() if have.sum() else clean
    for kind, more in ((clean, lacking.clean), (usual, lacking.expected)):
        assert more is not None
        assert claim.for_it(have + more * kind) >= enough
        assert claim.for_it(have + (more - 1) * kind) < enough


def test_what_never_will_be_proven_is_said_so() -> None:
    assert missing(USUAL, (100, 0, 20, 0), 0.95).expected is None


@pytest.mark.parametrize("shared", [0.0, 1.0])
def test_twice_as_many_escapes_are_seldom_let_through(shared: float) -> None:
    needs = parts_needed(Truth.of(0.05, 2.0, shared), USUAL, 0.95, 1000, 2000, seed=3)
    assert np.isfinite(needs).mean() <= 0.05


@pytest.mark.parametrize("way", ["for_it", "against_it"])
def test_a_share_at_its_limit_is_seldom_decided(way: str) -> None:
    """However often one looks: after each of 1,000 parts, 500 times."""
    bad = (np.random.default_rng(9).random((500, 1000)) < 0.02).cumsum(axis=1)
    counts = np.stack([np.arange(1, 1001) - bad, bad], axis=-1)
    reached = getattr(Below(0.02), way)(counts).max(axis=1) >= needed(0.95)
    assert reached.mean() <= 0.05


def test_an_equal_candidate_passes_within_the_parts_that_are_told() -> None:
    needs = parts_needed(Truth.of(0.05, 1.0, 0.5), USUAL, 0.95, 500, 4000, seed=3)
    assert np.isfinite(needs).all()
    assert np.quantile(needs, 0.9) < 900


def test_the_simulation_finds_the_very_part() -> None:
    """Against looking after each part, one after the other."""
    truth, most, seed = Truth.of(0.05, 1.0, 0.5), 1500, 5
    found = parts_needed(truth, USUAL, 0.95, 20, most, seed)
    rng = np.random.default_rng(seed)
    draws = int(most * truth.rate + 6.0 * np.sqrt(most * truth.rate) + 5.0)
    at = rng.geometric(truth.rate, (20, draws)).cumsum(axis=1)
    chances = np.array([truth.both, truth.only_candidate, truth.only_active]) / truth.rate
    kinds = rng.choice(3, (20, draws), p=chances)
    for trial in range(20):
        each = np.zeros((most + 1, 4))
        each[1:, 0] = 1
        for part, kind in zip(at[trial], kinds[trial], strict=True):
            if part <= most:
                each[part] = np.eye(4)[kind + 1]
        enough = USUAL.for_it(each.cumsum(axis=0)) >= needed(0.95)
        assert found[trial] == (enough.argmax() if enough.any() else np.inf)
