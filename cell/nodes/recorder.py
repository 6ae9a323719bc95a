"""The recorder's node: follows the journal into the records, and keeps pictures as evidence."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from inspection_cell_interfaces.msg import Inspection as InspectionMessage
from inspection_cell_interfaces.msg import PartEvent
from sqlalchemy.exc import SQLAlchemyError

from cell.control.ledger.events import Event
from cell.nodes.base import CellNode
from cell.nodes.fetching import Fetching, Wish
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.topics import RELIABLE, to_ns
from cell.products.verdict import VerdictKind
from cell.records.agreement import follow_journal
from cell.records.awaited import Awaited, FrameKey, Known
from cell.records.errors import RecordsError
from cell.records.evidence_log import recall
from cell.records.folder import require_writable
from cell.records.images import store_incoming
from cell.records.journal import Journal, JournalError
from cell.records.keeping import Keeper
from cell.records.naming import Incoming
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
        self._fetching = Fetching(self)
        self.create_subscription(PartEvent, "/cell/supervisor/part_event", self._on_event, RELIABLE)
        self.create_subscription(
            InspectionMessage, "/cell/inspector/inspection", self._on_inspection, RELIABLE
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

    def _missed(self, what: str) -> None:
        self._counts["pictures_missed"] += 1
        self._fetching.miss(what)

    def _on_inspection(self, message: InspectionMessage) -> None:
        """Take a copy before the ring needs the slot again; the verdict decides later whether it
        is kept.
        """
        if self.section.store_frames == "none" or self._reader is None or self._fetching.apart:
            return
        frame = (to_ns(message.stamp), message.trigger)
        try:
            self._pictures[frame] = self._reader.read(message.slot, message.sequence)
        except (StaleFrame, RingError):
            self._missed(f"frame {frame[0]}")
        while len(self._pictures) > WAITING_PICTURES:
            self._pictures.popitem(last=False)

    def _turn(self) -> None:
        """What the journal has first, then pictures; what fails is done in a later turn."""
        if self._projection is None or self._journal is None:
            return
        self._fetching.turn()
        try:
            self._journal.check_still_there()
            busy = self._follow(self._projection, self._journal)
            if self._unsettled:
                self._unsettled = self._keeper.settle(SETTLED, self._awaits) > 0
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
        told = self._space.advisories | self._ailments
        self.advisories = told | self._fetching.advisories

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
        if known is None:
            return
        image = self._pictures.pop(known.frame, None)
        unwanted = known.kind is VerdictKind.PASS and self.section.store_frames == "rejects"
        if unwanted or self.section.store_frames == "none":
            return
        if image is not None:
            self._keep(lambda: self._keeper.keep_frame(known.part, *_key(known), image))
        elif self._fetching.apart:
            self._fetch_frame(known)

    def _fetch_frame(self, known: Known) -> None:
        def arrived(picture: Incoming, content: bytes) -> None:
            trigger, _ = _key(known)
            self._keep(lambda: self._keeper.take_frame(known.part, trigger, picture, content))
            self._unsettled = True

        self._fetching.want(Wish("frame", known.frame[0]), arrived)

    def _awaits(self, picture: Incoming) -> bool:
        """Whether a picture that is not here will come from the inspector's machine."""
        if not self._fetching.apart:
            return False

        def arrived(picture: Incoming, content: bytes) -> None:
            folder = Path(self.config.data_dir)
            self._keep(lambda: store_incoming(folder, picture, content, durable=True))
            self._unsettled = True

        wish = Wish(picture.kind, picture.exposure_ns, picture.sha256)
        return self._fetching.want(wish, arrived)

    def _keep(self, write: Callable[[], None]) -> None:
        def keep() -> bool:
            write()
            return True

        kept = self._space.keep(keep)
        self._counts["pictures" if kept else "pictures_missed"] += 1


def _key(known: Known) -> tuple[int, int]:
    """Trigger and exposure [ns]."""
    return known.frame[1], known.frame[0]


if __name__ == "__main__":
    run(RecorderNode)
