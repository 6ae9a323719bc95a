"""docs/extend.md is true: its code runs and keeps the contracts, its tables are the rules."""

from __future__ import annotations

import pytest

from models.ground.contract import rules
from tests.contracts.rules_table import CONTRACTS, PAGE, written
from tests.contracts.vendor import Vendor, files

EXAMPLES = {
    "pattern-camera/test_pattern_camera.py": ("TestPatternCamera", "CAMERA"),
    "opencv-engine/test_opencv_engine.py": ("TestOpenCvEngine", "ENGINE"),
    "acme-cell/test_acme_gripper.py": ("TestAcmeGripper", "GRIPPER"),
    "acme-cell/test_acme_belt.py": ("TestAcmeBelt", "BELT"),
    "acme-cell/test_acme_arm.py": ("TestAcmeArm", "ARM"),
}


def test_the_tables_are_the_rules() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == written(page), "write them with `python -m tests.contracts.rules_table`"
    assert page.count("| rule | test |") == len(CONTRACTS)


def test_every_file_has_a_place() -> None:
    tests = {name for name in files() if "/test_" in name}
    assert tests == EXAMPLES.keys()


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_keeps_its_contract_and_skips_nothing(vendor: Vendor, example: str) -> None:
    name, kind = EXAMPLES[example]
    outcomes = vendor.run(vendor.folder / example)[name]
    assert outcomes.keys() == {rule for rule, _ in rules(CONTRACTS[kind])}
    assert not {rule: words for rule, words in outcomes.items() if words}
