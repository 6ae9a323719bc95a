"""What people say of a part after the fact: it is kept as said, and nothing else changes by it."""

from __future__ import annotations

from cell.control.ledger import events as e
from cell.control.ledger.account import Closed
from cell.control.ledger.desk import Desk, NeedlessError, RefusalError
from cell.control.ledger.observations import Reassess
from cell.products.verdict import VerdictKind

SAYABLE = (VerdictKind.PASS, VerdictKind.REJECT)
"""It was good, it has a defect; whoever is in doubt says nothing."""


def reassess(desk: Desk, wish: Reassess) -> None:
    """Keep a person's word on a part whose account is closed, or its withdrawal. Raises
    RefusalError.
    """
    if not wish.person.strip():
        raise RefusalError("refused.no_person")
    closed = desk.state.closed.get(wish.part)
    if closed is None:
        is_open = wish.part in desk.state.accounts
        code = "refused.reassess.open" if is_open else "refused.reassess.unknown"
        raise RefusalError(code, part=wish.part)
    if wish.verdict is None:
        if closed.said is None:
            raise NeedlessError("already.withdrawn", part=wish.part)
    else:
        _require(wish.part, closed, wish.verdict)
    desk.emit(
        e.Reassessed(
            stamp_ns=desk.now_ns,
            part=wish.part,
            verdict=wish.verdict,
            person=wish.person,
            reason=wish.reason,
        )
    )


def sayable(closed: Closed) -> tuple[VerdictKind, ...]:
    """What a person may say of the part now."""
    return tuple(kind for kind in SAYABLE if _refusal("", closed, kind) is None)


def _require(part: str, closed: Closed, kind: VerdictKind) -> None:
    refusal = _refusal(part, closed, kind)
    if refusal is not None:
        raise refusal


def _refusal(part: str, closed: Closed, kind: VerdictKind) -> RefusalError | None:
    if kind not in SAYABLE:
        return RefusalError("refused.reassess.no_verdict", verdict=kind.value)
    if not closed.inspected_ok or closed.verdict is None:
        return RefusalError("refused.reassess.not_inspected", part=part)
    if kind is closed.said:
        return NeedlessError("already.reassessed", part=part, person=closed.said_by)
    if kind is closed.verdict:
        code = "refused.reassess.contrary" if closed.said else "refused.reassess.same"
        return RefusalError(code, part=part, person=closed.said_by)
    return None
