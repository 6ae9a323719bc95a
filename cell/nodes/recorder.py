"""The recorder's node: follows the journal into the records, and keeps pictures as evidence."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from contextlib import ExitStack
from pathlib import Path

from inspection_cell_interfaces.msg import Inspection as InspectionMessage
from inspection_cell_interfaces.msg import PartEvent
from sqlalchemy.exc import SQLAlchemyError

from cell.control.ledger.events import Event
from cell.nodes.base import CellNode
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.topics import RELIABLE, to_ns
from cell.products.verdict import VerdictKind
from cell.records.agreement import follow_journal
from cell.records.awaited import Awaited, FrameKey
from cell.records.errors import RecordsError
from cell.records.evidence_log import recall
from cell.records.folder import require_writable
from cell.records.journal import Journal, JournalError
from cell.records.keeping import Keeper
from cell.records.projection import Projection
from cell.records.pruning import Pruner
from cell.records.reserve import Reserve
from cell.records.space import Space, ailment
from vision.errors import RingError, StaleFrame
from vision.frames.reader import RingReader
from vision.types import Image

WAITING_PICTURES = 6
"""Pictures held until their verdict is in the journal; older ones are let go."""

SETTLED = 20
"""Pictures brought to their place in one turn."""


class RecorderNode(CellNode):
    """Reads the supervisor's journal; events on the topic only tell it when to look."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self.section = declare(self, self.config.recorder)
        self._journal: Journal | None = None
        self._projection: Projection | None = None
        self._reader: RingReader | None = None
        self._pictures: OrderedDict[FrameKey, Image] = OrderedDict()
        self._awaited = Awaited()
        self._due = self._unsettled = self._untidy = True
        self._ailments: dict[str, str] = {}
        self._counts = {"events": 0, "pictures": 0, "pictures_missed": 0, "pictures_pruned": 0}

    def set_up(self) -> None:
        folder = Path(self.config.data_dir)
        require_writable(folder)
        self._journal = follow_journal(folder)
        self._projection = Projection.open(folder / "records.db")
        self._keeper = Keeper(folder, self._projection.engine)
        self._pruner = Pruner(folder, self._projection.engine, self.section.retention)
        self._space = Space(folder, self.section.min_free_mib, Reserve(folder / "reserve.bin"))
        self._reader = RingReader(self.config.camera.ring)
        self.create_subscription(PartEvent, "supervisor/part_event", self._on_event, RELIABLE)
        self.create_subscription(
            InspectionMessage, "inspector/inspection", self._on_inspection, RELIABLE
        )

    def begin(self) -> None:
        self.create_timer(0.2, self._turn)
        self.create_timer(1.0, self._look)

    def halt(self) -> None:
        self._due = True
        self._turn()

    def tear_down(self) -> None:
        with ExitStack() as stack:  # the others, too, when one does not close
            for held in (self._reader, self._journal, self._projection):
                if held is not None:
                    stack.callback(held.close)
        self._projection = self._journal = self._reader = None
        self._pictures.clear()
        self._awaited.clear()

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
        frame = (to_ns(message.stamp), message.trigger)
        try:
            self._pictures[frame] = self._reader.read(message.slot, message.sequence)
        except (StaleFrame, RingError):
            self._counts["pictures_missed"] += 1
        while len(self._pictures) > WAITING_PICTURES:
            self._pictures.popitem(last=False)

    def _turn(self) -> None:
        """What the journal has first, then pictures; what fails is done in a later turn."""
        if self._projection is None or self._journal is None:
            return
        try:
            self._journal.check_still_there()
            busy = self._follow(self._projection, self._journal)
            if self._unsettled:
                self._unsettled = self._keeper.settle(SETTLED) > 0
            elif not busy:
                self._clean_up()
        except (JournalError, RecordsError) as error:
            if not isinstance(error.__cause__, sqlite3.Error):
                self.fail(str(error))  # another journal, or none: no later turn mends that
                return
            self._due = self._unsettled = self._untidy = True
            self._ailments = ailment(error.__cause__)
        except (OSError, SQLAlchemyError, sqlite3.Error) as error:
            self._due = self._unsettled = self._untidy = True
            self._ailments = ailment(error)
        else:
            self._ailments = {}
        self._tell()

    def _clean_up(self) -> None:
        """What has time: the records hold all of the journal, and pictures are in their place."""
        if self._untidy:
            recall(Path(self.config.data_dir), self._keeper.engine)
            self._keeper.tidy()
            self._untidy = False
        self._counts["pictures_pruned"] += len(self._pruner.turn(self.now_ns()))

    def _look(self) -> None:
        self._space.look()
        self._tell()

    def _tell(self) -> None:
        self.advisories = self._space.advisories | self._ailments

    def _follow(self, projection: Projection, journal: Journal) -> bool:
        """Bring the records up to the journal; whether there was anything."""
        if not self._due:
            return False
        self._due = False
        for batch in projection.follow(journal):
            self._unsettled = True
            for _, event in batch:
                self._counts["events"] += 1
                self._keep_picture(event)
        return True

    def _keep_picture(self, event: Event) -> None:
        known = self._awaited.hear(event)
        image = None if known is None else self._pictures.pop(known.frame, None)
        if known is None or image is None:
            return
        passed = known.kind is VerdictKind.PASS
        if not (passed and self.section.store_frames == "rejects"):
            self._write(known.part, known.frame, image)

    def _write(self, part: str, frame: FrameKey, image: Image) -> None:
        exposure_ns, trigger = frame

        def keep() -> bool:
            self._keeper.keep_frame(part, trigger, exposure_ns, image)
            return True

        kept = self._space.keep(keep)
        self._counts["pictures" if kept else "pictures_missed"] += 1


if __name__ == "__main__":
    run(RecorderNode)
