"""The tables of rules in docs/extend.md: `python -m tests.contracts.rules_table` writes them."""

from __future__ import annotations

import re
from pathlib import Path

from models.ground.contract import rules
from models.ground.contract_config import ConfigRules
from robot.contracts.arm import ArmContract
from robot.contracts.belt import BeltContract
from robot.contracts.gripper import GripperContract
from vision.contracts.camera import CameraContract
from vision.contracts.engine import EngineContract

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extend.md"
CONTRACTS: dict[str, type] = {
    "CONFIG": ConfigRules,
    "CAMERA": CameraContract,
    "ENGINE": EngineContract,
    "GRIPPER": GripperContract,
    "BELT": BeltContract,
    "ARM": ArmContract,
}
HEAD = "| rule | test |\n| --- | --- |\n"
_TABLE = re.compile(r"\| rule \| test \|\n\| --- \| --- \|\n(?:\|.*\n)+|^RULES_\w+\n", re.MULTILINE)


def table(contract: type) -> str:
    """A row for each rule; those of every configuration stand in a table of their own."""
    common = set() if contract is ConfigRules else {name for name, _ in rules(ConfigRules)}
    rows = [f"| {rule} | `{name}` |\n" for name, rule in rules(contract) if name not in common]
    return HEAD + "".join(rows)


def written(page: str) -> str:
    """The page with the tables as they are now, in the order of `CONTRACTS`."""
    made = iter(table(contract) for contract in CONTRACTS.values())
    return _TABLE.sub(lambda _: next(made), page)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
