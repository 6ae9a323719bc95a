"""What the supervisor must do, after the events that led to it are in the journal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cell.control.ledger.events import (
    Event,
    Faulted,
    RemovalFailed,
    RemovalRequested,
    Removed,
)


@dataclass(frozen=True, slots=True)
class RequestRemoval:
    """Send the goal of action RemovePart; answer with RemovalFeedback and RemovalDone of the same
    attempt.
    """

    part: str
    bin: str
    attempt: int
    encoder_m: float
    x: float
    y: float
    yaw: float
    deadline_encoder_m: float


@dataclass(frozen=True, slots=True)
class CancelRemoval:
    """Cancel the goal under way. A part already on the cup may still be carried to its bin."""

    part: str
    attempt: int


Effect = RequestRemoval | CancelRemoval


class BeltOrder(NamedTuple):
    """What to lease to the belt PLC now. `purge_request`: light the lamp that asks a person to
    clear the belt.
    """

    run: bool
    authority_m: float
    purge_request: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """The ledger's answer to one observation. Journal `events`, then act on `effects`.

    `accepted` is False, with a `message` that says why and what to do, for a person's order that
    was refused. The message beside an accepted one says that it was so already.
    """

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    accepted: bool = True
    message: str = ""


def effects_of(events: list[Event], removal: tuple[str, int] | None) -> tuple[Effect, ...]:
    """Effects of events; `removal` is the part and attempt of the removal under way before them."""
    effects: list[Effect] = []
    for event in events:
        match event:
            case RemovalRequested(part=part, bin=bin_name, attempt=attempt):
                pose = (event.encoder_m, event.x, event.y, event.yaw)
                effects.append(
                    RequestRemoval(part, bin_name, attempt, *pose, event.deadline_encoder_m)
                )
                removal = (part, attempt)
            case Faulted(purge=True) if removal is not None:
                effects.append(CancelRemoval(*removal))
            case RemovalFailed() | Removed():
                removal = None
            case _:
                pass
    return tuple(effects)
