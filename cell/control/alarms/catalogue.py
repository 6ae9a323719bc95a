"""Every alarm of the cell and how urgent it is. Its words are `alarm.<identity>` in the catalogues
of texts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Priority(IntEnum):
    """Urgency as in msg/Alarm."""

    HIGH = 1
    MEDIUM = 2
    LOW = 3


class UnknownAlarmError(Exception):
    """An alarm identity that the catalogue does not hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of alarm."""

    id: str
    priority: Priority
    advisory: bool = False
    """A person should look at it; nothing stops."""
    told_anew: bool = False
    """Its cause is told for as long as it stands; no reset and no restart ends it."""
    shelvable: bool = False
    """People may put it out of sight for a while: it stops nothing and guards nobody."""

    @property
    def source(self) -> str:
        """Node or device that it is about."""
        return self.id.partition(".")[0]


def entry(alarm: str) -> Entry:
    """The catalogue's entry. Raises UnknownAlarmError."""
    try:
        return CATALOGUE[alarm]
    except KeyError:
        raise UnknownAlarmError(
            f"alarm '{alarm}' is not in the catalogue: add it to cell/control/alarms/catalogue.py"
        ) from None


_ENTRIES = (
    Entry("belt.emergency_stop", Priority.HIGH, told_anew=True),
    Entry("belt.encoder_jump", Priority.HIGH),
    Entry("belt.counter_jump", Priority.HIGH),
    Entry("belt.edge_lost", Priority.HIGH),
    Entry("belt.does_not_run", Priority.HIGH),
    Entry("belt.watchdog", Priority.MEDIUM),
    Entry("belt.disconnected", Priority.HIGH),
    Entry("bin.full", Priority.MEDIUM),
    Entry("infeed.keeps_feeding", Priority.MEDIUM, advisory=True, shelvable=True),
    Entry("camera.frame_failed", Priority.LOW, shelvable=True),
    Entry("camera.disconnected", Priority.HIGH),
    Entry("inspector.failed", Priority.LOW, shelvable=True),
    Entry("inspector.engine_error", Priority.HIGH),
    Entry("inspector.model_waits", Priority.MEDIUM, advisory=True, told_anew=True, shelvable=True),
    Entry("inspector.model_doubted", Priority.LOW, advisory=True, told_anew=True, shelvable=True),
    Entry("inspector.line_drifted", Priority.LOW, advisory=True, told_anew=True, shelvable=True),
    Entry("inspector.line_unwatched", Priority.LOW, advisory=True, told_anew=True, shelvable=True),
    Entry("inspector.trial_refused", Priority.LOW, advisory=True, told_anew=True, shelvable=True),
    Entry("inspector.trial_ended", Priority.MEDIUM, advisory=True, told_anew=True, shelvable=True),
    Entry("robot.removal_failed", Priority.HIGH),
    Entry("robot.part_dropped", Priority.HIGH),
    Entry("robot.protective_stop", Priority.HIGH),
    Entry("robot.emergency_stop", Priority.HIGH),
    Entry("robot.power_off", Priority.HIGH),
    Entry("robot.no_answer", Priority.HIGH),
    Entry("robot.disconnected", Priority.HIGH),
    Entry("ledger.no_verdict", Priority.MEDIUM, shelvable=True),
    Entry("ledger.part_lost", Priority.HIGH),
    Entry("ledger.unknown_part_left", Priority.HIGH),
    Entry("ledger.reject_left", Priority.HIGH),
    Entry("ledger.law_violated", Priority.HIGH),
    Entry("recorder.disk_low", Priority.MEDIUM, advisory=True, told_anew=True, shelvable=True),
    Entry("recorder.write_failed", Priority.MEDIUM, advisory=True, told_anew=True),
    Entry("recorder.picture_lost", Priority.MEDIUM, advisory=True, told_anew=True, shelvable=True),
    Entry("recorder.pictures_wait", Priority.MEDIUM, advisory=True, told_anew=True, shelvable=True),
    Entry("journal.disk_full", Priority.HIGH),
    Entry("process.restart_limit", Priority.HIGH, advisory=True, told_anew=True),
    Entry("process.hangs", Priority.MEDIUM, advisory=True, told_anew=True),
    Entry("process.clock_offset", Priority.HIGH),
    Entry("process.node_inactive", Priority.HIGH),
    Entry("process.belt_died", Priority.HIGH),
    Entry("process.camera_died", Priority.HIGH),
    Entry("process.inspector_died", Priority.HIGH),
    Entry("process.robot_died", Priority.HIGH),
    Entry("process.supervisor_died", Priority.HIGH),
    Entry("process.recorder_died", Priority.HIGH),
    Entry("process.bridge_died", Priority.LOW, advisory=True, shelvable=True),
    Entry("process.hmi_died", Priority.LOW, advisory=True, shelvable=True),
)

CATALOGUE = {item.id: item for item in _ENTRIES}
"""Every alarm by its identity."""
