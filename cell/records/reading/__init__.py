"""The one way to ask the records: parts, alarms and sessions, page by page."""

from cell.records.reading.archive import Archive
from cell.records.reading.asked import AlarmsAsked, PartsAsked
from cell.records.reading.cursor import CursorError
from cell.records.reading.values import (
    AlarmRow,
    DefectRow,
    EvidenceRow,
    ExposureRow,
    FrameRow,
    InspectionRow,
    JudgedRow,
    Page,
    PartRow,
    RemovalRow,
    SessionRow,
    TimingRow,
    VerdictRow,
    WholePart,
)

__all__ = [
    "AlarmRow", "AlarmsAsked", "Archive", "CursorError", "DefectRow", "EvidenceRow", "ExposureRow",
    "FrameRow", "InspectionRow", "JudgedRow", "Page", "PartRow", "PartsAsked", "RemovalRow",
    "SessionRow", "TimingRow", "VerdictRow", "WholePart",
]  # fmt: skip
