"""What the machines before and after the cell are told, and what the ledger makes of their words.

The terms are those of IPC-SMEMA-9851 (machine ready, board available) and of PackML
(ISA-TR88.00.02: a machine that is suspended is blocked or starved). Which way of each signal is the
safe one stands in docs/plc.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from cell.control.ledger import bins
from cell.control.ledger.account import Account, Stage
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.desk import Desk
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import Neighbours
from cell.texts import say

KEEPS_FEEDING = "infeed.keeps_feeding"
STANDING = {
    CellState.STOPPED: "feed.stopped",
    CellState.STOPPING: "feed.stopping",
    CellState.FAULTED: "feed.faulted",
    CellState.PURGE_REQUIRED: "feed.purge_required",
}
"""States in which no part is wanted, and what is said of them."""
AT_EXIT_M = 0.05
"""A passed part this near to where it waits for the machine after the cell is what waits."""


class Suspended(StrEnum):
    """Why a running cell produces nothing, in the words of Feed.msg."""

    NO = ""
    BLOCKED = "blocked"
    STARVED = "starved"


@dataclass(frozen=True, slots=True)
class FeedOrder:
    """What the other machines are to be told. `ready`: the next part may come now; `permitted`:
    parts are wanted, else stop feeding; `reasons`: texts that say why not. `passed`, `removed`:
    parts since the journal began that came out at the end, and that never will.
    """

    ready: bool
    permitted: bool
    reasons: tuple[str, ...]
    suspended: Suspended
    passed: int
    removed: int


def feed_order(desk: Desk, hindrances: Collection[str] = ()) -> FeedOrder:
    """The order now. hindrances: texts that say what else keeps parts away, which the ledger does
    not know of.
    """
    ends = [*_ends(desk), *hindrances]
    pauses = _pauses(desk) if not ends else []
    counts = desk.state.counts
    ready = not ends and not pauses
    return FeedOrder(
        ready=ready,
        permitted=not ends,
        reasons=(*ends, *pauses),
        suspended=_suspended(desk, ready=ready),
        passed=counts.passed,
        removed=counts.removed + counts.purged,
    )


def neighbours(desk: Desk) -> Neighbours:
    """What the PLC says of the other machines; a belt that is silent says nothing."""
    return desk.live.belt.neighbours if desk.live.belt is not None else Neighbours()


def limit_m(desk: Desk) -> float | None:
    """Belt travel [m] up to which no part is pushed into a machine that cannot take it; None: no
    part is near, or the machine can.
    """
    if not neighbours(desk).blocked:
        return None
    waiting = [_exit_m(desk.config, a) for a in _cleared(desk)]
    return min(waiting, default=None)


def waits_for_outfeed(desk: Desk) -> bool:
    """Whether the belt stands, or is about to, because the machine after the cell is blocked."""
    if neighbours(desk).held:
        return True
    limit = limit_m(desk)
    return limit is not None and limit - desk.live.encoder_m < AT_EXIT_M


def drain_runs_on(desk: Desk) -> bool:
    """Whether a drain has to run on: for parts that the machine before the cell gave before it
    heard that it shall stop, and for the last one, that the machine after it may have it whole.
    """
    told, live = neighbours(desk), desk.live
    if told.infeed and _since_m(desk, live.drained_from_m) < desk.config.run_out_m:
        return True
    whole_m = desk.recipe.part.size_m[0] + desk.config.hand_over_m
    return told.outfeed and _since_m(desk, live.left_from_m) < whole_m


def belongs_to_drain(desk: Desk, encoder_m: float) -> bool:
    """Whether a part that arrives now is one of those."""
    began_m = desk.live.drained_from_m
    if not desk.state.draining or not neighbours(desk).infeed or began_m is None:
        return False
    return encoder_m - began_m <= desk.config.run_out_m


def watch(desk: Desk) -> None:
    """Note since when no part may come."""
    if feed_order(desk).ready:
        desk.live.unready_from_m = None
        desk.clear_alarm(KEEPS_FEEDING)
    elif desk.live.unready_from_m is None:
        desk.live.unready_from_m = desk.live.encoder_m


def arrived(desk: Desk, encoder_m: float) -> None:
    """A part came: a machine before the cell that gives it although it was told not to is worth a
    look. What it had given before may still come.
    """
    began_m = desk.live.unready_from_m
    run_out_m = desk.config.run_out_m
    if not neighbours(desk).infeed or began_m is None or encoder_m - began_m <= run_out_m:
        return
    if KEEPS_FEEDING not in desk.state.alarms.causes:
        desk.alarm(KEEPS_FEEDING)


def _ends(desk: Desk) -> list[str]:
    """Why parts are not wanted at all, '' where they are."""
    state = desk.state
    if desk.live.belt is None or not state.session_open:
        return [say("feed.no_belt")]
    if state.draining:
        return [say("feed.draining")]
    if state.cell in STANDING:
        return [say(STANDING[state.cell])]
    return []


def _pauses(desk: Desk) -> list[str]:
    """Why no part may come just now."""
    found = []
    if desk.state.cell is CellState.STARTING:
        found.append(say("feed.starting"))
    if desk.state.hold is not None:
        found.append(say("feed.arm"))
    if waits_for_outfeed(desk):
        found.append(say("feed.blocked"))
    full = bins.filled(desk)
    if full:
        found.append(say("feed.bin_full", bins=list(full)))
    return found


def _suspended(desk: Desk, *, ready: bool) -> Suspended:
    if desk.state.cell is CellState.RUNNING and waits_for_outfeed(desk):
        return Suspended.BLOCKED
    told = neighbours(desk)
    has_part = told.infeed_tells and told.part_available
    if ready and not desk.state.accounts and not has_part:
        return Suspended.STARVED
    return Suspended.NO


def _cleared(desk: Desk) -> list[Account]:
    return [a for a in desk.state.accounts.values() if a.stage is Stage.CLEARED]


def _exit_m(config: LedgerConfig, account: Account) -> float:
    """Belt travel [m] at which the part's leading edge waits before the exit-eye: that edge is its
    exit, and what is seen leaving is not held any more.
    """
    to_eye = config.exit_eye_x - config.photo_eye_x
    return account.arrival_encoder_m + to_eye - config.exit_tolerance_m


def _since_m(desk: Desk, began_m: float | None) -> float:
    """Belt travel since then; endless where nobody noted it."""
    return float("inf") if began_m is None else desk.live.encoder_m - began_m
