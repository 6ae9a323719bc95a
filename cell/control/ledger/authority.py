"""How far the belt may run: the law's second line, kept by the PLC itself."""

from __future__ import annotations

from cell.control.ledger import feeding
from cell.control.ledger.account import Account, Stage
from cell.control.ledger.config import LedgerConfig
from cell.control.ledger.desk import Desk
from cell.control.ledger.effects import BeltOrder
from cell.control.ledger.events import CellState

UNCLEARED = (Stage.ARRIVED, Stage.EXPOSED, Stage.AWAITING_REMOVAL, Stage.REMOVING)
"""Stages of parts that lie on the belt and may not leave."""


def belt_order(desk: Desk, encoder_m: float) -> BeltOrder:
    """Whether the belt may run now and up to which travel [m]."""
    state = desk.state
    held = state.hold is not None and state.hold.ordered
    authority_m = encoder_m + desk.config.lease_m
    nearest = limiting(desk)
    if nearest is not None:
        authority_m = min(authority_m, limit_m(nearest, desk.config))
    outfeed_m = feeding.limit_m(desk)
    if outfeed_m is not None:
        authority_m = min(authority_m, outfeed_m)
    purge = state.cell is CellState.PURGE_REQUIRED and state.removal is None
    return BeltOrder(desk.may_run and not held, authority_m, purge)


def limiting(desk: Desk) -> Account | None:
    """The uncleared part that reaches its limit first."""
    uncleared = [a for a in desk.state.accounts.values() if a.stage in UNCLEARED]
    return min(uncleared, key=lambda a: limit_m(a, desk.config), default=None)


def limit_m(account: Account, config: LedgerConfig) -> float:
    """Belt travel [m] that an uncleared part sets: it waits inside the pick window, before the
    last safe position.
    """
    return account.encoder_at(config.wait_x)
