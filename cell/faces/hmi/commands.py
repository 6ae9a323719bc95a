"""Which command may be given now, and why not otherwise. The supervisor has the last word."""

from __future__ import annotations

from enum import StrEnum

from cell.client.model import UNKNOWN, CellView


class Command(StrEnum):
    """Commands of the service CellCommand."""

    START = "start"
    STOP = "stop"
    DRAIN = "drain"
    RESET = "reset"
    CONFIRM_CLEAR = "confirm_clear"


ALLOWED: dict[Command, frozenset[str]] = {
    Command.START: frozenset({"stopped"}),
    Command.STOP: frozenset({"starting", "running", "stopping"}),
    Command.DRAIN: frozenset({"running"}),
    Command.RESET: frozenset({"faulted"}),
    Command.CONFIRM_CLEAR: frozenset({"stopped", "faulted", "purge_required"}),
}
"""States in which a command makes sense."""

WHY_NOT_START = {
    "starting": "why.start.running",
    "running": "why.start.running",
    "stopping": "why.start.stopping",
    "faulted": "why.start.faulted",
    "purge_required": "why.start.purge_required",
}
KNOWN = frozenset({"stopped", *WHY_NOT_START})


CHANGING = frozenset({"draining", "taking_up"})
"""Values of CellState.change in which the belt must stand still until it is through."""
CHANGE_FROM = frozenset({"stopped", "running"})
WHY_NOT_CHANGE = {**WHY_NOT_START, "starting": "why.recipe.starting"}


def change_refusal(view: CellView) -> str | None:
    """None when a change of the recipe may be ordered now, else the key of the words that say why
    not. From a running cell it is prepared, or taken up after the parts are through.
    """
    if why := _nothing_known(view):
        return why
    assert view.cell is not None
    state = view.cell.state
    if state not in CHANGE_FROM:
        return WHY_NOT_CHANGE[state]
    if state == "stopped" and view.cell.counts.on_belt:
        return "why.recipe.parts"
    return None


def refusal(command: Command, view: CellView) -> str | None:
    """None when the command may be given now, else the key of the words that say why not."""
    if why := _nothing_known(view):
        return why
    assert view.cell is not None
    state = view.cell.state
    if state not in ALLOWED[command]:
        return WHY_NOT_START[state] if command is Command.START else f"why.{command}"
    if command is Command.START and view.cell.change in CHANGING:
        return "why.start.changing"
    if command is Command.CONFIRM_CLEAR and view.belt is not None and view.belt.running:
        return "why.belt_moves"
    return None


def _nothing_known(view: CellView) -> str | None:
    if not view.live or view.cell is None:
        return "why.no_link"
    if view.cell.state == UNKNOWN:
        return "why.unknown"
    return None if view.cell.state in KNOWN else "why.unknown_state"
