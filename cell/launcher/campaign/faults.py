"""The twin's faults as cases: each alone, and pairs of them. Tables only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from random import Random
from typing import Any

from cell.launcher.campaign.cases import Need


@dataclass(frozen=True, slots=True)
class Injection:
    """One fault of the twin. `alarm`: part of the identity of the alarm that tells of it."""

    name: str
    request: Mapping[str, Any]
    need: Need = Need.ALARM
    alarm: str = ""
    follow_up: Mapping[str, Any] | None = None
    patience_s: float = field(default=8.0)
    """It may take so long until it shows: the next part, or the next reject, has to come."""


def _fault(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **more}


INJECTIONS = (
    Injection("vacuum leak", _fault("vacuum_leak", count=2), alarm="robot.", patience_s=30.0),
    Injection(
        "part falls while carried",
        _fault("vacuum_leak", mode="mid_carry", after_s=0.4),
        alarm="robot.",
        patience_s=30.0,
    ),
    Injection("protective stop", _fault("protective_stop"), alarm="robot.protective_stop"),
    # One after which the cell runs on has one before it and after it that stops the cell: whatever
    # is told late is told by then.
    Injection("grab failure", _fault("grab_failure"), alarm="camera.", patience_s=12.0),
    Injection("encoder jumps ahead", _fault("encoder_jump", by_m=0.4), alarm="belt.encoder_jump"),
    Injection("lost pulse", _fault("lost_pulse"), alarm="ledger.no_verdict", patience_s=12.0),
    Injection("encoder jumps back", _fault("encoder_jump", by_m=-0.1), alarm="belt."),
    Injection("double pulse", _fault("double_pulse"), Need.EITHER, patience_s=6.0),
    Injection(
        "emergency stop",
        _fault("emergency_stop"),
        alarm="emergency_stop",
        follow_up=_fault("emergency_stop", active=False),
    ),
    Injection("encoder slips 30 mm", _fault("encoder_jump", by_m=0.03), Need.EITHER),
    Injection(
        "outfeed blocked for a while",
        _fault("outfeed_blocked"),
        Need.QUIET,
        follow_up=_fault("outfeed_blocked", active=False),
        patience_s=2.0,
    ),
    Injection(
        "infeed ignores its signals for a while",
        _fault("infeed_ignores"),
        Need.QUIET,
        follow_up=_fault("infeed_ignores", active=False),
        patience_s=2.0,
    ),
    Injection("PLC silent 0.3 s", _fault("plc_silent", seconds=0.3), Need.EITHER, patience_s=2.0),
    Injection("PLC silent 2 s", _fault("plc_silent", seconds=2.0), alarm="belt."),
    Injection("PLC silent 8 s", _fault("plc_silent", seconds=8.0), alarm="belt."),
)
PAIRS = 4
"""So many pairs are tried unless all are asked for."""


def pairs(seed: int, *, every: bool) -> list[tuple[Injection, Injection]]:
    """Pairs of faults that happen at nearly the same moment; without `every` a few of them."""
    both = list(combinations(INJECTIONS, 2))
    return both if every else Random(seed).sample(both, PAIRS)
