"""Rules of the bins: who takes one out, when the arm may bring parts again, what each holds, and
what happens before one is full.
"""

from __future__ import annotations

from cell.control.ledger import events as e
from cell.control.ledger.account import Account, Bin, Grasp, Stage
from cell.control.ledger.desk import Desk, NeedlessError, RefusalError
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import ExchangeBin
from cell.texts import say

FULL = "bin.full"
EXCHANGE = "cell.bin_exchange"
_ON_ITS_WAY = (Stage.AWAITING_REMOVAL, Stage.REMOVING, Stage.LIFTED)


def exchange(desk: Desk, wish: ExchangeBin) -> None:
    """Take a bin out, or put an empty one in its place. Raises RefusalError.

    Hands reach to where the arm lets go of parts: the belt stops first, and a removal that is under
    way ends before the bin may be taken out.
    """
    if not wish.person.strip():
        raise RefusalError("refused.no_person")
    if wish.bin not in names(desk):
        raise RefusalError("refused.bin.unknown", bin=wish.bin, bins=sorted(names(desk)))
    (_open if wish.open else _close)(desk, wish)


def names(desk: Desk) -> frozenset[str]:
    """Bins of the recipe in use, and those that hold parts or are out."""
    return frozenset(desk.recipe.bins) | frozenset(desk.state.bins)


def of(desk: Desk) -> dict[str, Bin]:
    """Every bin by its name."""
    return {name: desk.state.bins.get(name, Bin()) for name in sorted(names(desk))}


def require_in_place(desk: Desk) -> None:
    """Raises RefusalError while a bin is out: nothing may move the arm then."""
    for name, held in desk.state.bins.items():
        if held.opened_by:
            raise RefusalError("refused.bin.out", bin=name, person=held.opened_by)


def filled(desk: Desk) -> tuple[str, ...]:
    """Bins that are full, or will be with the parts on their way to them: no further part may come
    that could have to go there.
    """
    capacity = desk.config.bin_capacity
    accounts = desk.state.accounts.values()
    coming = [a.verdict.bin for a in accounts if a.verdict and a.stage in _ON_ITS_WAY]
    held = of(desk)
    return tuple(
        name
        for name in sorted(capacity)
        if name in held and held[name].parts + coming.count(name) >= capacity[name]
    )


def full(desk: Desk, name: str) -> bool:
    """Whether no part goes into the bin any more."""
    capacity = desk.config.bin_capacity.get(name)
    return capacity is not None and desk.state.bins.get(name, Bin()).parts >= capacity


def may_hold(desk: Desk, account: Account) -> tuple[str, ...]:
    """Bins in which a part may lie although nobody confirmed it. They count it: what a bin holds is
    never more than its count, so that none is full before people are told.
    """
    if account.grasp is Grasp.NONE or account.verdict is None or not account.verdict.bin:
        return ()
    other = desk.config.unknown_bin if account.grasp is Grasp.FORGOTTEN else ""
    return tuple(dict.fromkeys(name for name in (account.verdict.bin, other) if name))


def watch(desk: Desk) -> None:
    """Tell people of bins to be exchanged, in time: before a part comes that finds no room."""
    found = filled(desk)
    if not found:
        desk.clear_alarm(FULL)
        return
    names_now = say("alarm.bin.which", bins=list(found))
    known = desk.state.alarms.alarms.get(FULL)
    if FULL not in desk.state.alarms.causes or known is None or known.detail != names_now:
        desk.alarm(FULL, detail=names_now)


def stop_for_room(desk: Desk) -> None:
    """A part is due for a bin that is full: the cell stops in order, and the part waits."""
    desk.release_belt()
    desk.emit(
        e.StateChanged(stamp_ns=desk.now_ns, state=CellState.STOPPING, reason="cell.bin_full")
    )


def require_room(desk: Desk) -> None:
    """Raises RefusalError while a part waits for a bin that is full."""
    for account in desk.state.accounts.values():
        if account.stage is Stage.AWAITING_REMOVAL and account.verdict is not None:
            name = account.verdict.bin
            if full(desk, name):
                most = desk.config.bin_capacity[name]
                raise RefusalError("refused.bin.full", bin=name, parts=most, part=account.part)


def _open(desk: Desk, wish: ExchangeBin) -> None:
    opened_by = desk.state.bins.get(wish.bin, Bin()).opened_by
    if opened_by:
        raise NeedlessError("already.bin_out", bin=wish.bin, person=opened_by)
    if desk.may_run or desk.state.cell in (CellState.STARTING, CellState.RUNNING):
        desk.release_belt()
        desk.emit(
            e.StateChanged(
                stamp_ns=desk.now_ns,
                state=CellState.STOPPING,
                reason=EXCHANGE,
                person=wish.person,
            )
        )
    if desk.state.removal is not None:
        account = desk.state.accounts.get(desk.state.removal.part)
        # An arm that still waits for the part is called back; one that holds it brings it first.
        desk.recalls = account is not None and account.stage is Stage.REMOVING
        raise RefusalError("refused.bin.arm_busy", bin=wish.bin)
    if wish.arm_moves:  # on its way back, or with what still hung on its cup
        raise RefusalError("refused.bin.arm_moves", bin=wish.bin)
    desk.emit(e.BinOpened(stamp_ns=desk.now_ns, bin=wish.bin, person=wish.person))


def _close(desk: Desk, wish: ExchangeBin) -> None:
    held = desk.state.bins.get(wish.bin, Bin())
    if not held.opened_by:
        raise RefusalError("refused.bin.in_place", bin=wish.bin)
    desk.emit(
        e.BinExchanged(stamp_ns=desk.now_ns, bin=wish.bin, person=wish.person, parts=held.parts)
    )
    state = desk.state
    out = any(one.opened_by for one in state.bins.values())
    if state.cell is CellState.STOPPED and state.reason == EXCHANGE and not out:
        desk.emit(
            e.StateChanged(
                stamp_ns=desk.now_ns, state=CellState.STOPPED, reason="cell.bin_in_place"
            )
        )
