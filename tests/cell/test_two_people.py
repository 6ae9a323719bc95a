"""Two people give orders at once: the cell follows who comes first, and the other one reads one
clear line, in whatever language; nothing is done twice, and nothing by halves.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cell.control.changeover import Changeover, Wish
from cell.control.ledger import Decision, check, encode, kind_of
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.products.verdict import VerdictKind
from cell.texts import catalogue, read, render
from tests.cell.test_changeover import EMPTY, NODES, OLD
from tests.cell.world import RECIPE, World

BIN = sorted(RECIPE.bins)[0]
LOST = "camera.frame_failed"
PASS, REJECT = VerdictKind.PASS, VerdictKind.REJECT
Wanted = Callable[[World], o.Observation]


def command(name: str, person: str) -> Wanted:
    return lambda world: o.Command(stamp_ns=world.now_ns, name=name, person=person)


def override(verdict: VerdictKind, person: str) -> Wanted:
    return lambda world: o.Override(
        stamp_ns=world.now_ns, part=world.ledger.snapshot().parts[0].part, verdict=verdict,
        bin="", person=person, reason="seen",
    )  # fmt: skip


def acknowledge(person: str) -> Wanted:
    return lambda world: o.Acknowledge(stamp_ns=world.now_ns, alarm=LOST, person=person)


def shelve(minutes: int, person: str) -> Wanted:
    return lambda world: o.Shelve(
        stamp_ns=world.now_ns, alarm=LOST, person=person, reason="x", minutes=minutes
    )


def exchange(out: bool, person: str) -> Wanted:
    return lambda world: o.ExchangeBin(stamp_ns=world.now_ns, bin=BIN, person=person, open=out)


PAIRS = {
    "both start": (command("start", "kim"), command("start", "lee"), "already.running"),
    "start and stop": (command("stop", "kim"), command("start", "lee"), "refused.start.stopping"),
    "both stop": (command("stop", "kim"), command("stop", "lee"), ""),
    "stop and drain": (command("stop", "kim"), command("drain", "lee"), "refused.drain"),
    "both acknowledge": (acknowledge("kim"), acknowledge("lee"), "refused.alarm.not_waiting"),
    "both shelve": (shelve(5, "kim"), shelve(9, "lee"), "refused.shelve.already"),
    "both unshelve": (shelve(0, "kim"), shelve(0, "lee"), "already.unshelved"),
    "shelve and acknowledge": (shelve(5, "kim"), acknowledge("lee"), "refused.alarm.not_waiting"),
    "the same override": (override(REJECT, "kim"), override(REJECT, "lee"), "already.verdict"),
    "both take it out": (exchange(True, "kim"), exchange(True, "lee"), "already.bin_out"),
    "out and start": (exchange(True, "kim"), command("start", "lee"), "refused.bin.out"),
}
BEFORE: dict[str, tuple[Wanted, ...]] = {"both unshelve": (shelve(5, "kim"),)}


def busy() -> World:
    """It runs, a good part is judged and on its way, and an advisory waits for somebody."""
    world = World()
    world.bring_up()
    world.feed(0.15, False)
    world.tick(60)
    world.observe(o.AdvisoryTold(stamp_ns=world.now_ns, alarm=LOST))
    return world


def give(world: World, wanted: Wanted) -> Decision:
    """The same as the world does it, and what the ledger said."""
    world.told.append(wanted(world))
    told = world.ledger.observe(world.told[-1])
    world.journal += [(kind_of(event), encode(event)) for event in told.events]
    for event in told.events:
        world._note(event)
    for effect in told.effects:
        world._act(effect)
    return told


@pytest.mark.parametrize("pair", PAIRS)
def test_the_second_one_reads_one_clear_line(pair: str) -> None:
    first, second, code = PAIRS[pair]
    world = busy()
    for wanted in (*BEFORE.get(pair, ()), first):
        assert give(world, wanted).accepted
    told = give(world, second)
    done = [event for event in told.events if not isinstance(event, e.AlarmCleared)]
    if code:
        assert_one_line(told, code)
        assert done == [], "nothing is done for who comes second"
    assert list(check(world.ledger)) == []
    started = give(world, exchange(False, "kim")) if "out" in pair else None
    assert started is None or started.accepted, "who was first goes on"
    world.finish()
    assert world.ledger.snapshot().parts == ()


def assert_one_line(told: Decision, code: str) -> None:
    text = read(told.message)
    assert text is not None
    assert text.code == code
    for lang in ("en", "ko"):
        assert code in catalogue(lang)
        line = render(told.message, lang)
        assert line.strip()
        assert "\n" not in line
        assert "{" not in line


def test_of_two_contrary_verdicts_the_last_one_counts_and_both_are_kept() -> None:
    world = busy()
    assert world.observe(override(REJECT, "kim")(world))
    for _ in range(40):  # the arm is called back for it
        if world.observe(override(PASS, "lee")(world)):
            break
        world.tick()
    given = [one for one in world.events() if isinstance(one, e.Judged) and one.by != "recipe"]
    assert [(one.verdict.kind, one.by) for one in given] == [(REJECT, "kim"), (PASS, "lee")]
    assert world.ledger.snapshot().parts[0].verdict == "pass"
    world.finish()
    assert (world.ledger.snapshot().counts.passed, world.ledger.snapshot().counts.removed) == (1, 0)


def test_an_empty_bin_is_put_in_place_once() -> None:
    world = busy()
    for wanted in (exchange(True, "kim"), exchange(False, "kim")):
        assert give(world, wanted).accepted
    assert_one_line(give(world, exchange(False, "lee")), "refused.bin.in_place")


def test_one_change_of_the_recipe_at_a_time() -> None:
    change = Changeover()
    first = Wish("ball_screw", "kim", "next lot", False, False)
    assert change.obstacle(first, EMPTY) == ""
    change.begin(first, OLD, NODES, 100.0)
    refused = change.obstacle(Wish("disc", "lee", "mine", False, False), EMPTY)
    assert_one_line(Decision(accepted=False, message=refused), "refused.recipe.changing")
    assert "kim" in render(refused)
    assert change.wish == first
