"""Whether journal and twin's truth keep the law. Pure: events and boards in, findings out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cell.control.ledger.events import (
    DISPOSITIONS,
    AlarmRaised,
    Arrived,
    BeltHeld,
    BeltReleased,
    Escaped,
    Event,
    Inspected,
    Judged,
    Passed,
    Purged,
    RemovalFailed,
    RemovalRequested,
    Removed,
)
from cell.launcher.campaign.verdict import Span
from cell.records.facts import PartFact
from cell.records.report import match_boards

Events = Sequence[tuple[int, Event]]
FOREVER = float("inf")


def broken_accounts(events: Events) -> list[str]:
    """What in a whole journal breaks the law: each part has one disposition, or is open still."""
    found = []
    numbers = [number for number, _ in events]
    if numbers != list(range(1, len(numbers) + 1)):
        found.append("the journal has a gap")
    arrived = Counter(event.part for _, event in events if isinstance(event, Arrived))
    closed = Counter(event.part for _, event in events if isinstance(event, DISPOSITIONS))
    found += [f"part {part} arrived {n} times" for part, n in arrived.items() if n > 1]
    found += [f"part {part} has {n} dispositions" for part, n in closed.items() if n > 1]
    found += [f"part {part} has an end and no arrival" for part in closed if part not in arrived]
    for part in _passed(events) - _good(events):
        found.append(f"part {part} passed without a good inspection")
    for _, event in events:
        if isinstance(event, Escaped):
            found.append(f"part {event.part} left against its verdict")
        if isinstance(event, AlarmRaised) and event.alarm == "ledger.law_violated":
            found.append(f"the cell found its account wrong: {event.detail}")
    return found


def broken_truth(boards: Sequence[Mapping[str, Any]], events: Events) -> list[str]:
    """What the twin's truth says against the law: boards that passed and may not have."""
    found, known = [], [b for b in boards if b["arrival_encoder_m"] is not None]
    ends = {event.part: event for _, event in events if isinstance(event, DISPOSITIONS)}
    parts = [
        PartFact(event.part, event.encoder_m, type(ends.get(event.part)).__name__, "")
        for _, event in events
        if isinstance(event, Arrived)
    ]
    matched, good = match_boards(known, parts), _good(events)
    for place, board in enumerate(known):
        if board["where"] != "passed":
            continue
        name = f"board {board['number']}"
        part = matched.get(place)
        if board["defective"]:
            found.append(f"{name} is defective and passed")
        elif not board["exposure_encoder_m"]:
            found.append(f"{name} passed and was never before the camera")
        elif part is None:
            found.append(f"{name} passed and has no account")
        elif part.part not in good:
            found.append(f"{name} (part {part.part}) passed and was not found good")
    found += [
        f"board {b['number']} passed and never arrived"
        for b in boards
        if b["arrival_encoder_m"] is None and b["where"] == "passed"
    ]
    return found


def alarms(events: Events, after: int = 0) -> list[str]:
    """Alarms raised after a sequence number, in their order."""
    raised = [e.alarm for n, e in events if n > after and isinstance(e, AlarmRaised)]
    return list(dict.fromkeys(raised))


def holds(events: Iterable[tuple[int, Event]]) -> list[Span]:
    """When the belt stood for a removal [s, system clock]."""
    return _spans(events, (BeltHeld,), (BeltReleased,))


def removals(events: Iterable[tuple[int, Event]]) -> list[Span]:
    """When the arm had a part to fetch, from request to end [s, system clock]."""
    return _spans(events, (RemovalRequested,), (Removed, RemovalFailed, Purged))


def _spans(
    events: Iterable[tuple[int, Event]], first: tuple[type, ...], last: tuple[type, ...]
) -> list[Span]:
    spans: list[Span] = []
    opened: dict[str, float] = {}
    for _, event in events:
        part, at_s = getattr(event, "part", ""), event.stamp_ns * 1e-9
        if isinstance(event, first):
            opened.setdefault(part, at_s)
        elif isinstance(event, last) and part in opened:
            spans.append((opened.pop(part), at_s))
    return spans + [(at_s, FOREVER) for at_s in opened.values()]


def _passed(events: Events) -> set[str]:
    return {event.part for _, event in events if isinstance(event, Passed)}


def _good(events: Events) -> set[str]:
    """Parts with an inspection that counted and a last verdict that lets them pass."""
    seen, verdicts = set[str](), dict[str, str]()
    for _, event in events:
        if isinstance(event, Inspected) and event.inspection.ok and not event.late:
            seen.add(event.part)
        elif isinstance(event, Judged):
            verdicts[event.part] = event.verdict.kind.value
    return {part for part in seen if verdicts.get(part) == "pass"}
