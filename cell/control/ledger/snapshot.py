"""The ledger as people see it: material for interfaces msg/CellState."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from cell.control.alarms.book import Alarm
from cell.control.alarms.shelf import Shelf
from cell.control.ledger import bins
from cell.control.ledger.account import Bin, Closed, Counts
from cell.control.ledger.allowed import verdicts
from cell.control.ledger.desk import Desk
from cell.control.ledger.events import CellState
from cell.control.ledger.reassessing import sayable
from cell.products.verdict import Verdict

CLOSED_SHOWN = 20
"""Parts that are through: as many as a person may still remember at the panel."""


@dataclass(frozen=True, slots=True)
class PartView:
    """A part whose account is open; `x` is its position now [m]."""

    part: str
    stage: str
    verdict: str
    bin: str
    x: float
    y: float
    yaw: float
    verdicts: tuple[str, ...]
    """Those that a person may give it now."""


@dataclass(frozen=True, slots=True)
class ClosedView:
    """A part whose account is closed. disposition: passed, removed or purged; `said`, `said_by`:
    what a person has said of it since, '' for nothing.
    """

    part: str
    verdict: str
    disposition: str
    bin: str
    said: str
    said_by: str
    verdicts: tuple[str, ...]
    """Those that a person may say of it now."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Texts for `reason` (with `detail` for the placeholder) are in `cell.control.alarms`."""

    state: CellState
    reason: str
    detail: str
    session: str
    recipe: str
    counts: Counts
    parts: tuple[PartView, ...]
    closed: tuple[ClosedView, ...]
    """The last ones, newest first."""
    last_part: str
    last_verdict: Verdict | None
    alarms: tuple[Alarm, ...]
    shelved: tuple[tuple[Shelf, Alarm | None], ...]
    """None: its cause is gone."""
    first_out: tuple[str, int]
    """Alarm that stopped the cell first, and when [ns]; ('', 0) for none."""
    bins: Mapping[str, Bin]
    capacities: Mapping[str, int]
    """Parts that a bin holds, where the configuration says it."""

    @property
    def on_belt(self) -> int:
        """Open accounts."""
        return len(self.parts)


def snapshot(desk: Desk) -> Snapshot:
    """The cell now, parts newest first."""
    state = desk.state
    parts = [
        PartView(
            part=account.part,
            stage=account.stage.value,
            verdict=account.verdict.kind.value if account.verdict else "",
            bin=account.verdict.bin if account.verdict else "",
            x=desk.position(account),
            y=account.y,
            yaw=account.yaw,
            verdicts=verdicts(desk, account),
        )
        for account in reversed(state.accounts.values())
    ]
    return Snapshot(
        state=state.cell,
        reason=state.reason,
        detail=state.reason_detail,
        session=state.session,
        recipe=state.recipe,
        counts=state.counts,
        parts=tuple(parts),
        closed=tuple(_closed(*one) for one in islice(reversed(state.closed.items()), CLOSED_SHOWN)),
        last_part=state.last_part,
        last_verdict=state.last_verdict,
        alarms=state.alarms.active(),
        shelved=state.alarms.shelved(),
        first_out=(state.alarms.first_out, state.alarms.first_out_ns),
        bins=bins.of(desk),
        capacities=desk.config.bin_capacity,
    )


def _closed(part: str, one: Closed) -> ClosedView:
    disposition, _, bin_name = one.disposition.partition(":")
    return ClosedView(
        part=part,
        verdict=one.verdict.value if one.verdict else "",
        disposition=disposition,
        bin=bin_name,
        said=one.said.value if one.said else "",
        said_by=one.said_by,
        verdicts=tuple(kind.value for kind in sayable(one)),
    )
