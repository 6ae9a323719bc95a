"""The one way to ask the records: parts, alarms and sessions, page by page, and sums of them."""

from cell.records.reading.alarm_history import EventsAsked
from cell.records.reading.archive import Archive
from cell.records.reading.asked import AlarmsAsked, PartsAsked
from cell.records.reading.counts import (
    AlarmCount,
    By,
    ClassCount,
    PartCount,
    PlaceCount,
    StateTime,
    Step,
    StopCount,
    SumsAsked,
)
from cell.records.reading.cursor import CursorError
from cell.records.reading.sums import Sums
from cell.records.reading.values import (
    AlarmEventRow,
    AlarmRow,
    DefectRow,
    EvidenceRow,
    ExposureRow,
    FrameRow,
    GalleryRow,
    InspectionRow,
    JudgedRow,
    LineRow,
    Page,
    PartRow,
    ReassessmentRow,
    RemovalRow,
    SessionRow,
    TimingRow,
    VerdictRow,
    WholePart,
)

__all__ = [
    "AlarmCount", "AlarmEventRow", "AlarmRow", "AlarmsAsked", "Archive", "By", "ClassCount",
    "CursorError", "DefectRow", "EventsAsked", "EvidenceRow", "ExposureRow", "FrameRow",
    "GalleryRow", "InspectionRow", "JudgedRow", "LineRow", "Page", "PartCount", "PartRow",
    "PartsAsked", "PlaceCount", "ReassessmentRow", "RemovalRow", "SessionRow", "StateTime",
    "Step", "StopCount", "Sums", "SumsAsked", "TimingRow", "VerdictRow", "WholePart",
]  # fmt: skip
