"""What people say after the fact: kept as said, and nothing else changes by it."""

from __future__ import annotations

import pytest

from cell.control.ledger import Ledger, check, encode, kind_of
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.snapshot import CLOSED_SHOWN, ClosedView
from cell.products.verdict import VerdictKind
from cell.texts import catalogue, read, render
from tests.cell.world import CONFIG, RECIPE, World

PASS, REJECT, REVIEW = VerdictKind.PASS, VerdictKind.REJECT, VerdictKind.REVIEW


@pytest.fixture(scope="module")
def world() -> World:
    """One part is through, one lies in a bin."""
    made = World()
    made.bring_up()
    made.feed(0.15, False)
    made.feed(0.15, True)
    made.finish()
    return made


def say(
    world: World, part: str, verdict: VerdictKind | None, person: str = "kim"
) -> tuple[bool, str]:
    """Whether it was accepted, and the code of the words."""
    wish = o.Reassess(
        stamp_ns=world.now_ns, part=part, verdict=verdict, person=person, reason="seen"
    )
    decision = world.ledger.observe(wish)
    world.journal += [(kind_of(one), encode(one)) for one in decision.events]
    text = read(decision.message)
    return decision.accepted, text.code if text else decision.message


def closed(world: World) -> dict[str, ClosedView]:
    return {one.verdict: one for one in world.ledger.snapshot().closed}


def test_a_word_is_kept_and_changes_no_account(world: World) -> None:
    through, removed = closed(world)["pass"], closed(world)["reject"]
    assert (through.disposition, through.verdicts) == ("passed", ("reject",))
    assert (removed.disposition, removed.verdicts) == ("removed", ("pass",))
    before = world.ledger.snapshot()
    assert say(world, through.part, REJECT) == (True, "")
    assert say(world, removed.part, PASS, "lee") == (True, "")
    after = world.ledger.snapshot()
    assert (closed(world)["pass"].said, closed(world)["reject"].said_by) == ("reject", "lee")
    assert (after.counts, after.last_verdict, after.bins) == (
        before.counts, before.last_verdict, before.bins,
    )  # fmt: skip
    assert list(check(world.ledger)) == []
    assert say(world, through.part, None) == (True, "")
    assert closed(world)["pass"].said == closed(world)["pass"].said_by == ""
    told = [one for one in world.events() if isinstance(one, e.Reassessed)]
    assert [(one.part, one.verdict, one.person) for one in told] == [
        (through.part, REJECT, "kim"), (removed.part, PASS, "lee"), (through.part, None, "kim"),
    ]  # fmt: skip
    again = Ledger.replay(CONFIG, RECIPE, world.events())
    assert again.snapshot().closed == world.ledger.snapshot().closed


def test_each_refusal_is_one_clear_line(world: World) -> None:
    through, removed = closed(world)["pass"].part, closed(world)["reject"].part
    say(world, through, None)
    say(world, removed, None)
    say(world, removed, PASS, "lee")
    found = [
        (say(world, through, REJECT, " "), (False, "refused.no_person")),
        (say(world, "s9-1", REJECT), (False, "refused.reassess.unknown")),
        (say(world, through, PASS), (False, "refused.reassess.same")),
        (say(world, through, REVIEW), (False, "refused.reassess.no_verdict")),
        (say(world, through, None), (True, "already.withdrawn")),
        (say(world, removed, PASS), (True, "already.reassessed")),
        (say(world, removed, REJECT), (False, "refused.reassess.contrary")),
    ]
    assert [got for got, _ in found] == [wanted for _, wanted in found]
    for _, (_, code) in found:
        assert all(code in catalogue(lang) for lang in ("en", "ko")), code
    wish = o.Reassess(stamp_ns=world.now_ns, part=removed, verdict=PASS, person="kim", reason="")
    assert "lee" in render(world.ledger.observe(wish).message)


def test_a_part_that_is_not_through_is_overridden_instead() -> None:
    world = World()
    world.bring_up()
    world.feed(0.15, True)
    for _ in range(400):
        if world.ledger.snapshot().parts:
            break
        world.tick()
    (part,) = world.ledger.snapshot().parts
    assert say(world, part.part, PASS) == (False, "refused.reassess.open")


def test_of_what_was_not_inspected_nothing_is_said() -> None:
    world = World()
    world.inspector_plans.append("error")
    world.bring_up()
    world.feed(0.15, False)
    world.finish()
    (one,) = world.ledger.snapshot().closed
    assert (one.verdict, one.verdicts) == ("reject", ())
    assert say(world, one.part, PASS) == (False, "refused.reassess.not_inspected")


def test_the_last_ones_are_told_newest_first() -> None:
    world = World()
    world.bring_up()
    for _ in range(CLOSED_SHOWN + 2):
        world.feed(0.15, False)
        world.tick(40)
    world.finish()
    names = [one.part for one in world.ledger.snapshot().closed]
    assert len(names) == CLOSED_SHOWN
    assert names == sorted(names, reverse=True)
