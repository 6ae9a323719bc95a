"""Random histories against the law of the cell."""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from cell.control.ledger import observations as o
from cell.products.verdict import VerdictKind
from tests.cell.world import KINDS, World

FATES = ("drop", "double", "late", "very_late")
LOSABLE = [kind for kind in KINDS if kind not in ("belt", "feedback", "result")]
ARM = ("ok", "no_vacuum", "too_late", "dropped", "unreachable", "lapsed", "silent")
INSPECTOR = ("good", "grab_failed", "error", "no_answer", "no_trigger", "slow_stamp")
NODES = ("belt", "camera", "inspector", "robot", "supervisor", "recorder", "hmi")

SHIFTS = settings(
    max_examples=40,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


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

    @rule(ticks=st.integers(1, 150))
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

    @rule()
    def supervisor_is_taken_out_of_service(self) -> None:
        self.world.take_out_of_service()

    @rule()
    def watchdog_trips(self) -> None:
        self.world.trip_watchdog()

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

    @rule()
    def acknowledge(self) -> None:
        self.world.observe(o.Acknowledge(stamp_ns=self.world.now_ns, alarm="", person="kim"))

    def teardown(self) -> None:
        self.world.make_peace()
        self.world.finish()


def test_random_shifts_keep_the_law() -> None:
    run_state_machine_as_test(Shift, settings=SHIFTS)
