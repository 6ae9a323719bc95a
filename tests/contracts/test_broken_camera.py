"""Broken cameras fail the contract tests, each on its own rule."""

from __future__ import annotations

import pytest

from tests.contracts.finding import found_out
from tests.contracts.vendor import Vendor


@pytest.mark.timeout(900)
def test_each_fault_is_found_by_its_rule(vendor: Vendor) -> None:
    found_out(vendor, "camera")
