"""Why a cell stands, in words for whoever waits for it."""

from __future__ import annotations

from inspection_cell_interfaces.msg import Alarm, CellState

from cell.texts import render


def causes_of(state: CellState) -> str:
    """Why the cell stands. Alarms of before, which only wait to be acknowledged, are none of it."""
    active = [one.text for one in state.alarms if one.state != Alarm.RETURNED_UNACKNOWLEDGED]
    return render("; ".join(active) or str(state.reason))
