"""What the campaign holds against a journal and against the twin's truth."""

from __future__ import annotations

from typing import Any

import pytest

from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.launcher.campaign.account import (
    alarms,
    broken_accounts,
    broken_truth,
    holds,
    removals,
)
from cell.launcher.campaign.cuts import lost
from cell.launcher.campaign.outcome import Outcome, summary
from cell.products.verdict import Verdict, VerdictKind

S = 1_000_000_000


def arrived(part: str, encoder_m: float) -> e.Event:
    return e.Arrived(stamp_ns=S, part=part, index=1, encoder_m=encoder_m, x=-1.35)


def inspected(part: str, *, ok: bool = True, late: bool = False) -> e.Event:
    seen = Inspection(trigger=1, exposure_ns=S, done_ns=2 * S, ok=ok)
    return e.Inspected(stamp_ns=2 * S, part=part, inspection=seen, late=late, encoder_m=0.0)


def judged(part: str, kind: VerdictKind = VerdictKind.PASS) -> e.Event:
    return e.Judged(stamp_ns=2 * S, part=part, verdict=Verdict(kind, "", ""), by="recipe")


def passed(part: str) -> e.Event:
    return e.Passed(stamp_ns=9 * S, part=part, index=1, encoder_m=3.0)


def purged(part: str) -> e.Event:
    return e.Purged(stamp_ns=9 * S, part=part, person="kim")


def requested(part: str, at_s: int) -> e.Event:
    return e.RemovalRequested(
        stamp_ns=at_s * S, part=part, bin="scrap", attempt=1, encoder_m=1.0, x=0.0, y=0.0, yaw=0.0,
        deadline_encoder_m=2.0,
    )  # fmt: skip


def failed(part: str, at_s: int) -> e.Event:
    return e.RemovalFailed(
        stamp_ns=at_s * S, part=part, attempt=1, reason="error", message="", final=True
    )


def raised(alarm: str) -> e.Event:
    return e.AlarmRaised(stamp_ns=S, alarm=alarm, part="", detail="by test")


def journal(*events: e.Event) -> list[tuple[int, e.Event]]:
    return list(enumerate(events, start=1))


def board(number: int, where: str, encoder_m: float | None, **more: Any) -> dict[str, Any]:
    exposed = [] if encoder_m is None else [encoder_m + 0.35]
    return {
        "number": number, "where": where, "defective": False, "arrival_encoder_m": encoder_m,
        "exposure_encoder_m": exposed,
    } | more  # fmt: skip


GOOD = (arrived("a", 1.0), inspected("a"), judged("a"))


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (journal(*GOOD, passed("a"), purged("a")), "a has 2 dispositions"),
        (journal(*GOOD, arrived("a", 2.0)), "a arrived 2 times"),
        (journal(passed("b")), "b has an end and no arrival"),
        (journal(arrived("a", 1.0), passed("a")), "a passed without a good inspection"),
        (journal(arrived("a", 1.0), inspected("a", ok=False), judged("a"), passed("a")), "without"),
        (journal(arrived("a", 1.0), inspected("a", late=True), judged("a"), passed("a")), "witho"),
        (journal(*GOOD, judged("a", VerdictKind.REJECT), passed("a")), "without a good"),
        ([(1, arrived("a", 1.0)), (3, inspected("a"))], "gap"),
        (journal(raised("ledger.law_violated")), "found its account wrong: by test"),
    ],
)
def test_a_broken_journal_is_found(events: list[tuple[int, e.Event]], words: str) -> None:
    assert words in "; ".join(broken_accounts(events))


def test_a_sound_journal_is_left_in_peace() -> None:
    events = journal(*GOOD, arrived("b", 2.0), passed("a"), arrived("c", 3.0), purged("b"))
    assert broken_accounts(events) == []  # c is open still


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (board(1, "passed", 1.0, defective=True), "defective and passed"),
        (board(1, "passed", 1.0, exposure_encoder_m=[]), "never before the camera"),
        (board(1, "passed", 7.0), "no account"),
        (board(1, "passed", 5.0), "was not found good"),
        (board(1, "passed", None), "never arrived"),
    ],
)
def test_a_board_that_passed_and_may_not_is_found(seen: dict[str, Any], words: str) -> None:
    events = journal(*GOOD, arrived("b", 5.0), judged("b", VerdictKind.REJECT))
    assert words in "; ".join(broken_truth([seen], events))


def test_boards_that_passed_rightly_or_did_not_pass_are_left_in_peace() -> None:
    boards = [
        board(1, "passed", 1.001),
        board(2, "scrap", 5.0, defective=True),
        board(3, "cleared_by_person", 9.0, defective=True),
        board(4, "on_belt", None),
    ]
    assert broken_truth(boards, journal(*GOOD, passed("a"))) == []


def test_alarms_after_an_event_are_told_once_each() -> None:
    events = journal(raised("a.x"), raised("b.x"), raised("c.x"), raised("b.x"))
    assert alarms(events, after=1) == ["b.x", "c.x"]


def test_spans_of_holds_and_removals() -> None:
    hold = e.BeltHeld(stamp_ns=3 * S, part="a", cause="wait", ordered=True)
    release = e.BeltReleased(stamp_ns=5 * S, part="a", waited_s=2.0)
    assert holds(journal(hold, release)) == [(3.0, 5.0)]
    assert removals(journal(requested("a", 4), failed("a", 6))) == [(4.0, 6.0)]
    assert removals(journal(requested("a", 4))) == [(4.0, float("inf"))]


def test_a_journal_that_forgot_something_is_found() -> None:
    row = [(1, "arrived", "{}"), (2, "passed", "{}")]
    assert lost(row, [*row, (3, "arrived", "{}")], None) == []
    assert "no longer begins" in lost(row, row[:1], None)[0]
    assert "gap" in lost([], [row[0], (3, "passed", "{}")], None)[0]
    told = type("Told", (), {"arrived": 1, "passed": 2, "removed": 0, "purged": 0})()
    assert lost(row, row, told) == ["2 parts were told as passed, 1 are on record"]


def test_the_summary_names_what_was_wrong_and_leaves_out_what_was_skipped() -> None:
    outcomes = [
        Outcome("a", 1.0),
        Outcome("b", 2.0, law=["it moved"]),
        Outcome("c", no_alarm="nobody said"),
        Outcome("d", not_recovered="it stayed"),
        Outcome("e", skipped="no disk"),
    ]
    content = summary(outcomes, ["f"], seed=3)
    assert content["cases"]["count"] == 4
    assert (content["law_broken"], content["no_alarm"], content["not_recovered"]) == (
        ["b"], ["c"], ["d"],
    )  # fmt: skip
    assert content["skipped"] == [{"name": "e", "why": "no disk"}]
    assert content["not_run"] == ["f"]
    assert [outcome.good for outcome in outcomes] == [True, False, False, False, True]
