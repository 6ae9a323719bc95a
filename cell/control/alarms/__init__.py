"""Alarms in the sense of ISA-18.2: their states, and what they say to people."""

from cell.control.alarms.book import Alarm, AlarmBook, AlarmState
from cell.control.alarms.catalogue import CATALOGUE, Entry, Priority, UnknownAlarmError, entry
from cell.control.alarms.shelf import LONGEST_MIN, Shelf, ShelfEnd
from cell.control.alarms.texts import alarm_text, reason_text

__all__ = [
    "CATALOGUE",
    "LONGEST_MIN",
    "Alarm",
    "AlarmBook",
    "AlarmState",
    "Entry",
    "Priority",
    "Shelf",
    "ShelfEnd",
    "UnknownAlarmError",
    "alarm_text",
    "entry",
    "reason_text",
]
