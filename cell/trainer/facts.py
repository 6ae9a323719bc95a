"""What a lesson is judged by: events of the journal, entries of the log of what people did, and
what was done at the machine.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cell.control.ledger import events as e
from cell.people.entries import Entry
from models.ground.text import Text, pieces

OF_THE_CELL = ("recipe", "ledger")
"""Who gives a verdict and is no person."""


class Kind(StrEnum):
    """What happened. What `Fact.detail` says of it stands beside each."""

    STATE = "state"
    """The cell's state: its word."""
    ORDERED = "ordered"
    """A person gave an order: its word."""
    REFUSED = "refused"
    """The cell did not follow an order: the code of the reason, '' for none."""
    ALARM = "alarm"
    """An alarm was raised: its identity."""
    ACKNOWLEDGED = "acknowledged"
    """A person acknowledged an alarm: its identity."""
    CLEARED = "cleared"
    """A person confirmed that the belt is clear."""
    OVERRIDDEN = "overridden"
    """A person replaced a verdict: the new one."""
    PASSED = "passed"
    """A part left the cell."""
    BIN_OUT = "bin_out"
    """A person took a bin out: its name."""
    BIN_IN = "bin_in"
    """An empty bin is in place: its name."""
    FAULT = "fault"
    """The trainer broke something: what."""
    MENDED = "mended"
    """What the trainer had broken is whole again: what."""
    FAULTED = "faulted"
    """The cell stopped by itself: the alarm."""
    SESSION = "session"
    """A supervisor began: what the cell did before has ended."""
    HAND = "hand"
    """Something was done at the machine, or a page was opened: what."""
    LABELLED = "labelled"
    """A picture was labelled: its judgement."""
    DREW = "drew"
    """A picture was labelled with at least one shape: the first one's class."""
    REVIEWED = "reviewed"
    """A picture was looked at a second time: its judgement."""
    FROZE = "froze"
    """A label set was frozen: its name."""


@dataclass(frozen=True, slots=True, order=True)
class Fact:
    """`at_ns`: system clock. `person`: who did it, '' for nobody."""

    at_ns: int
    kind: Kind
    detail: str = ""
    person: str = ""


def of_event(event: e.Event) -> Fact | None:
    """What an event of the journal means for a lesson; None: nothing."""
    at = event.stamp_ns
    match event:
        case e.SessionStarted():
            return Fact(at, Kind.SESSION, event.session)
        case e.Faulted():
            return Fact(at, Kind.FAULTED, event.alarm)
        case e.StateChanged():
            return Fact(at, Kind.STATE, str(event.state), event.person)
        case e.Cleared():
            return Fact(at, Kind.CLEARED, "", event.person)
        case e.BinOpened():
            return Fact(at, Kind.BIN_OUT, event.bin, event.person)
        case e.BinExchanged():
            return Fact(at, Kind.BIN_IN, event.bin, event.person)
        case e.AlarmRaised():
            return Fact(at, Kind.ALARM, event.alarm)
        case e.AlarmAcknowledged():
            return Fact(at, Kind.ACKNOWLEDGED, event.alarm, event.person)
        case e.Judged() if event.by not in OF_THE_CELL:
            return Fact(at, Kind.OVERRIDDEN, str(event.verdict.kind), event.by)
        case e.Passed():
            return Fact(at, Kind.PASSED)
        case _:
            return None


EVENTS = (
    "state_changed", "cleared", "alarm_raised", "alarm_acknowledged", "judged", "passed",
    "bin_opened", "bin_exchanged", "session_started", "faulted",
)  # fmt: skip
"""The kinds of events that `of_event` reads."""


def of_entry(entry: Entry) -> list[Fact]:
    """What an entry of the log of what people did means for a lesson."""
    at, what, who = entry.stamp_ns, entry.what, entry.person
    if what.startswith("order."):
        if entry.refused:
            return [Fact(at, Kind.REFUSED, _code(entry.refused), who)]
        if _code(entry.why) == "command.late":
            return []  # the answer to an order that was told of before
        return [Fact(at, Kind.ORDERED, what.removeprefix("order."), who)]
    if entry.refused:
        return []
    match what:
        case "label.label":
            said = _said(entry.after)
            shapes = said.get("shapes") or []
            found = [Fact(at, Kind.LABELLED, str(said.get("judgement", "")), who)]
            if shapes:
                found.append(Fact(at, Kind.DREW, str(shapes[0].get("class", "")), who))
            return found
        case "label.review":
            return [Fact(at, Kind.REVIEWED, str(_said(entry.after).get("judgement", "")), who)]
        case "labels.freeze":
            return [Fact(at, Kind.FROZE, entry.subject, who)]
        case _:
            return []


def _said(told: object) -> dict[str, Any]:
    return told if isinstance(told, dict) else {}


def _code(refusal: str) -> str:
    return next((one.code for one in pieces(refusal) if isinstance(one, Text)), "")
