"""Rules of the bins: who takes one out, when the arm may bring parts again, what each holds."""

from __future__ import annotations

from cell.control.ledger import events as e
from cell.control.ledger.account import Bin
from cell.control.ledger.desk import Desk, NeedlessError, RefusalError
from cell.control.ledger.events import CellState
from cell.control.ledger.observations import ExchangeBin


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
                reason="cell.bin_exchange",
                person=wish.person,
            )
        )
    if desk.state.removal is not None:
        raise RefusalError("refused.bin.arm_busy", bin=wish.bin)
    desk.emit(e.BinOpened(stamp_ns=desk.now_ns, bin=wish.bin, person=wish.person))


def _close(desk: Desk, wish: ExchangeBin) -> None:
    held = desk.state.bins.get(wish.bin, Bin())
    if not held.opened_by:
        raise RefusalError("refused.bin.in_place", bin=wish.bin)
    desk.emit(
        e.BinExchanged(stamp_ns=desk.now_ns, bin=wish.bin, person=wish.person, parts=held.parts)
    )
