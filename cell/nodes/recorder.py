"""The recorder's node: follows the journal into the records, and keeps pictures as evidence."""

from __future__ import annotations

from pathlib import Path

from inspection_cell_interfaces.msg import FrameHandle, Inspection, PartEvent

from cell.nodes.base import RELIABLE, CellNode, run
from cell.nodes.parameters import declare
from cell.records.images import DiskFull, write_image
from cell.records.journal import Journal
from cell.records.projection import Projection
from vision.errors import RingError, StaleFrame
from vision.frames.reader import RingReader


class RecorderNode(CellNode):
    """Reads the supervisor's journal; events on the topic only tell it when to look."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self.section = declare(self, self.config.recorder)
        self._journal: Journal | None = None
        self._projection: Projection | None = None
        self._stored = 0

    def set_up(self) -> None:
        folder = Path(self.config.data_dir)
        self._journal = Journal.follow(folder / "journal.db")
        self._projection = Projection.open(folder / "records.db")
        self._reader = RingReader(self.config.camera.ring)
        self.create_subscription(PartEvent, "/cell/supervisor/part_event", self._on_event, RELIABLE)
        self.create_subscription(Inspection, "/cell/inspector/inspection", self._on_inspection, RELIABLE)

    def begin(self) -> None:
        self._due = True
        self._timer = self.create_timer(0.2, self._follow)

    def halt(self) -> None:
        self.destroy_timer(self._timer)
        self._follow()

    def tear_down(self) -> None:
        if self._projection is not None:
            self._projection.close()
        if self._journal is not None:
            self._journal.close()
        self._projection = self._journal = None
