"""Random histories against the law of the cell; and proof that a broken ledger is caught."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cell.ledger import observations as o
from cell.recipe.verdict import VerdictKind
from tests.cell.world import KINDS, LawBrokenError, World

FATES = ("drop", "double", "late", "very_late")
LOSABLE = [kind for kind in KINDS if kind not in ("belt", "feedback", "result")]
ARM = ("ok", "no_vacuum", "too_late", "dropped", "unreachable", "silent")
INSPECTOR = ("good", "grab_failed", "error", "no_answer", "no_trigger", "slow_stamp")
NODES = ("belt", "camera", "inspector", "robot", "supervisor", "recorder", "hmi")

MANY = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
FIRST_FAILURE = settings(MANY, max_examples=300, phases=[Phase.generate], database=None)


class Shift(RuleBasedStateMachine):
    """One shift: boards, trouble, people. `World` raises LawBrokenError by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize()
    def start(self) -> None:
        self.world.bring_up()

    @rule(
        boards=st.lists(
            st.tuples(st.booleans(), st.sampled_from([0.003, 0.03, 0.2])), min_size=1, max_size=4
        )
    )
    def feed(self, boards: list[tuple[bool, float]]) -> None:
        for defective, gap_m in boards:
            self.world.feed(gap_m, defective)

    @rule(ticks=st.integers(1, 60))
    def run(self, ticks: int) -> None:
        self.world.tick(ticks)

    @rule(kind=st.sampled_from(LOSABLE), fates=st.lists(st.sampled_from(FATES), max_size=2))
    def spoil_messages(self, kind: str, fates: list[str]) -> None:
        self.world.mischief[kind].extend(fates)

    @rule(kind=st.sampled_from(["feedback", "result"]), fate=st.sampled_from(["double", "late"]))
    def spoil_answers(self, kind: str, fate: str) -> None:
        self.world.mischief[kind].append(fate)

    @rule(plan=st.sampled_from(ARM))
    def trouble_arm(self, plan: str) -> None:
        self.world.arm_plans.append(plan)

    @rule(plan=st.sampled_from(INSPECTOR))
    def trouble_inspection(self, plan: str) -> None:
        self.world.inspector_plans.append(plan)

    @rule(node=st.sampled_from(NODES))
    def node_dies(self, node: str) -> None:
        self.world.observe(o.NodeDied(stamp_ns=self.world.now_ns, node=node))

    @rule(lost_events=st.integers(0, 4))
    def cell_is_killed(self, lost_events: int) -> None:
        self.world.crash(lost_events)

    @rule(name=st.sampled_from(["start", "stop", "drain", "reset"]))
    def command(self, name: str) -> None:
        self.world.command(name)

    @rule()
    def clear(self) -> None:
        self.world.clear_belt()

    @rule()
    def back_to_work(self) -> None:
        self.world.bring_up()

    @rule(verdict=st.sampled_from(list(VerdictKind)), newest=st.booleans())
    def override(self, verdict: VerdictKind, newest: bool) -> None:
        parts = self.world.ledger.snapshot().parts
        if parts:
            self.world.override(parts[0 if newest else -1].part, verdict)

    def teardown(self) -> None:
        self.world.make_peace()
        self.world.finish()


def test_random_shifts_keep_the_law() -> None:
    run_state_machine_as_test(Shift, settings=MANY)


def passes_uninspected(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.recipe import rules
    from cell.recipe.verdict import Verdict

    good = Verdict(VerdictKind.PASS, "", "nobody looked")
    monkeypatch.setattr(rules, "not_inspected", lambda _recipe, _why: good)


def lets_rejects_ride_on(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import authority

    honest = authority.limit_m
    monkeypatch.setattr(authority, "limit_m", lambda account, config: honest(account, config) + 1.0)


def ties_pictures_carelessly(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import tying

    def first_free(_shot: Any, _shots: Any, exposures: dict[int, Any], *_: Any) -> int | None:
        return min((x.index for x in exposures.values() if not x.trigger), default=None)

    monkeypatch.setattr(tying, "exposure_of_shot", first_free)


def ties_pictures_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import tying

    honest = tying.exposure_of_shot

    def at_once(*arguments: Any) -> int | None:
        shot, shots, exposures, forgotten, _, offset, config = arguments
        return honest(shot, shots, exposures, forgotten, 2**62, offset, config)

    monkeypatch.setattr(tying, "exposure_of_shot", at_once)


def trusts_the_belt_after_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import apply

    honest = apply._apply_session

    def trusting(state: Any, event: Any) -> None:
        honest(state, replace(event, clean=True) if hasattr(event, "exits") else event)

    monkeypatch.setattr(apply, "_apply_session", trusting)


def believes_every_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import ledger, removals

    honest = removals.done

    def gullible(desk: Any, result: o.RemovalDone) -> None:
        honest(desk, replace(result, removed=True))

    monkeypatch.setitem(ledger.RULES, o.RemovalDone, gullible)


def forgets_lost_edges(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import belt

    monkeypatch.setattr(belt, "_compare_counters", lambda _desk, _now: None)


def closes_on_any_exit(monkeypatch: pytest.MonkeyPatch) -> None:
    from cell.ledger import identity

    monkeypatch.setattr(identity, "_may_pass", lambda *_: True)
    lets_rejects_ride_on(monkeypatch)


@pytest.mark.parametrize(
    "breaks",
    [
        passes_uninspected,
        lets_rejects_ride_on,
        ties_pictures_carelessly,
        ties_pictures_without_waiting,
        trusts_the_belt_after_a_crash,
        believes_every_removal,
        forgets_lost_edges,
        closes_on_any_exit,
    ],
)
def test_a_broken_ledger_is_caught(
    breaks: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch)
    with pytest.raises(LawBrokenError):
        run_state_machine_as_test(Shift, settings=FIRST_FAILURE)
