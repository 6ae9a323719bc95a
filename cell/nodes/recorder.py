"""The recorder's node: follows the journal into the records, and keeps pictures as evidence."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path

from inspection_cell_interfaces.msg import Inspection as InspectionMessage
from inspection_cell_interfaces.msg import PartEvent

from cell.ledger.events import Event, Inspected, Judged
from cell.nodes.base import CellNode
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.topics import RELIABLE
from cell.recipe.verdict import VerdictKind
from cell.records.images import DiskFull, picture_path, write_image
from cell.records.journal import Journal
from cell.records.projection import Projection
from vision.errors import RingError, StaleFrame
from vision.frames.reader import RingReader
from vision.types import Image

WAITING_PICTURES = 6
"""Pictures held until their verdict is in the journal; older ones are let go."""


class RecorderNode(CellNode):
    """Reads the supervisor's journal; events on the topic only tell it when to look."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self.section = declare(self, self.config.recorder)
        self._journal: Journal | None = None
        self._projection: Projection | None = None
        self._reader: RingReader | None = None
        self._pictures: OrderedDict[int, Image] = OrderedDict()
        self._trigger_of: dict[str, int] = {}
        self._due = True
        self._counts = {"events": 0, "pictures": 0, "pictures_missed": 0}

    def set_up(self) -> None:
        folder = Path(self.config.data_dir)
        self._journal = Journal.follow(folder / "journal.db")
        self._projection = Projection.open(folder / "records.db")
        self._reader = RingReader(self.config.camera.ring)
        self.create_subscription(PartEvent, "/cell/supervisor/part_event", self._on_event, RELIABLE)
        self.create_subscription(
            InspectionMessage, "/cell/inspector/inspection", self._on_inspection, RELIABLE
        )

    def begin(self) -> None:
        self.create_timer(0.2, self._follow)

    def halt(self) -> None:
        self._due = True
        self._follow()

    def tear_down(self) -> None:
        with ExitStack() as stack:  # the others, too, when one does not close
            for held in (self._reader, self._journal, self._projection):
                if held is not None:
                    stack.callback(held.close)
        self._projection = self._journal = self._reader = None
        self._pictures.clear()
        self._trigger_of.clear()

    def details(self) -> dict[str, object]:
        return dict(self._counts)

    def _on_event(self, _event: PartEvent) -> None:
        self._due = True

    def _on_inspection(self, message: InspectionMessage) -> None:
        """Take a copy before the ring needs the slot again; the verdict decides later whether it
        is kept.
        """
        if self.section.store_frames == "none" or self._reader is None:
            return
        try:
            self._pictures[message.trigger] = self._reader.read(message.slot, message.sequence)
        except (StaleFrame, RingError):
            self._counts["pictures_missed"] += 1
        while len(self._pictures) > WAITING_PICTURES:
            self._pictures.popitem(last=False)

    def _follow(self) -> None:
        if not self._due or self._projection is None or self._journal is None:
            return
        self._due = False
        for _, event in self._projection.catch_up(self._journal):
            self._counts["events"] += 1
            self._keep_picture(event)

    def _keep_picture(self, event: Event) -> None:
        if isinstance(event, Inspected):
            self._trigger_of[event.part] = event.trigger
        if not isinstance(event, Judged):
            return
        trigger = self._trigger_of.pop(event.part, 0)
        image = self._pictures.pop(trigger, None)
        passed = event.verdict.kind is VerdictKind.PASS
        if image is not None and not (passed and self.section.store_frames == "rejects"):
            self._write(event, trigger, image)

    def _write(self, event: Judged, trigger: int, image: Image) -> None:
        assert self._projection is not None
        session = self._projection.session_of(event.part)
        folder = Path(self.config.data_dir) / "pictures"
        path = picture_path(folder, session, event.part, "frame", event.stamp_ns)
        try:
            write_image(path, image, self.section.min_free_mib)
        except DiskFull as error:
            self.problem = str(error)
            return
        self.problem = ""
        self._counts["pictures"] += 1
        self._projection.keep_frame(session, trigger, str(path))


if __name__ == "__main__":
    run(RecorderNode)
