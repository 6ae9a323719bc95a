"""What a count of audits proves, against exact binomial chances."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from cell.quality.intervals import Claim, Standing, audits_needed, prove


def test_sample_sizes_of_the_tables() -> None:
    """Success-run theorem: 59 parts without a failure prove 5 % at 95 %, 299 prove 1 %, 22 prove
    10 % at 90 % (e.g. NIST/SEMATECH e-Handbook 8.3.1; Hahn and Meeker, Statistical Intervals).
    """
    assert audits_needed(Claim(0.05, 0.95), 0) == 59
    assert audits_needed(Claim(0.01, 0.95), 0) == 299
    assert audits_needed(Claim(0.10, 0.90), 0) == 22
    assert audits_needed(Claim(0.05, 0.95), 1) == 93


@settings(max_examples=80, deadline=None)
@given(st.floats(0.001, 0.4), st.floats(0.6, 0.999), st.integers(0, 12))
def test_so_many_audits_prove_it_and_one_less_does_not(
    limit: float, confidence: float, found: int
) -> None:
    claim = Claim(limit, confidence)
    needed = audits_needed(claim, found)
    assert needed is not None
    # At the limit itself so few failures are seen at most once in 1 / (1 - confidence).
    assert binom.cdf(found, needed, limit) <= 1 - confidence + 1e-9
    assert binom.cdf(found, needed - 1, limit) > 1 - confidence - 1e-9
    assert prove(claim, found, needed).more == 0
    assert prove(claim, found, needed - 1).more == 1


def test_a_claim_goes_through_its_standings() -> None:
    claim = Claim(0.05)
    assert prove(claim, 0, 0).standing is Standing.OPEN
    assert prove(claim, 0, 58).standing is Standing.OPEN
    assert prove(claim, 0, 59).standing is Standing.PROVEN
    assert prove(claim, 12, 60).standing is Standing.REFUTED
    assert prove(claim, 0, 0).more == 59


def test_a_true_claim_is_seldom_refuted_and_a_false_one_seldom_proven() -> None:
    """Over all that can be found in 200 parts."""
    claim = Claim(0.05)
    proven = {k for k in range(201) if prove(claim, k, 200).standing is Standing.PROVEN}
    refuted = {k for k in range(201) if prove(claim, k, 200).standing is Standing.REFUTED}
    assert sum(binom.pmf(k, 200, 0.05001) for k in proven) <= 0.05
    assert sum(binom.pmf(k, 200, 0.05) for k in refuted) <= 0.05


@pytest.mark.parametrize(("limit", "confidence"), [(0.0, 0.9), (1.0, 0.9), (0.1, 0.4), (0.1, 1.0)])
def test_no_claim(limit: float, confidence: float) -> None:
    with pytest.raises(ValueError, match="claim"):
        Claim(limit, confidence)
