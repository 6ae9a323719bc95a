"""Pictures on their way to their part: from the camera's ring on this machine, or from the
inspector on another one. The recorder's hands; when, says the recorder.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from inspection_cell_interfaces.msg import Inspection as InspectionMessage

from cell.control.ledger.events import Event
from cell.nodes.base import CellNode
from cell.nodes.fetching import Fetching, Wish
from cell.nodes.topics import to_ns
from cell.products.verdict import VerdictKind
from cell.records.awaited import Awaited, FrameKey, Known
from cell.records.images import store_incoming
from cell.records.keeping import Keeper
from cell.records.naming import Incoming
from cell.records.reserve import Reserve
from cell.records.space import Space
from vision.errors import RingError, StaleFrame
from vision.frames.reader import RingReader
from vision.types import Image

WAITING_PICTURES: Final = 6
"""Pictures held until their verdict is in the journal; older ones are let go."""
SETTLED: Final = 20
"""Pictures brought to their place in one turn."""


class Evidence:
    """Keeps what the configuration says of each part. unsettled: there may be pictures to bring to
    their place. counts: of pictures kept and missed.
    """

    def __init__(self, node: CellNode, keeper: Keeper) -> None:
        section = node.config.recorder
        self._folder, self._keeper = Path(node.config.data_dir), keeper
        self._frames = section.store_frames
        self._space = Space(
            self._folder, section.min_free_mib, Reserve(self._folder / "reserve.bin")
        )
        self._reader = RingReader(node.config.camera.ring)
        self._fetching = Fetching(node)
        self._pictures: OrderedDict[FrameKey, Image] = OrderedDict()
        self._awaited = Awaited()
        self.unsettled = True
        self.counts = {"pictures": 0, "pictures_missed": 0}

    @property
    def advisories(self) -> dict[str, str]:
        """What ails it: alarm and detail."""
        return self._space.advisories | self._fetching.advisories

    def close(self) -> None:
        """Let go of the ring, and of pictures that wait."""
        self._reader.close()
        self._pictures.clear()
        self._awaited.clear()

    def look(self) -> None:
        """About once a second: whether there is room."""
        self._space.look()

    def inspected(self, message: InspectionMessage) -> None:
        """Take a copy before the ring needs the slot again; the verdict decides later whether it
        is kept.
        """
        if self._frames == "none" or self._fetching.apart:
            return
        frame = (to_ns(message.header.stamp), message.trigger)
        try:
            self._pictures[frame] = self._reader.read(message.slot, message.sequence)
        except (StaleFrame, RingError):
            self._miss(f"frame {frame[0]}")
        while len(self._pictures) > WAITING_PICTURES:
            self._pictures.popitem(last=False)

    def hear(self, event: Event) -> None:
        """An event of the journal: it may say whose picture it is, and what became of the part."""
        self.unsettled = True
        known = self._awaited.hear(event)
        if known is None:
            return
        image = self._pictures.pop(known.frame, None)
        unwanted = known.kind is VerdictKind.PASS and self._frames == "rejects"
        if unwanted or self._frames == "none":
            return
        exposure_ns, trigger = known.frame
        if image is not None:
            part = known.part
            self._keep(lambda: self._keeper.keep_frame(part, trigger, exposure_ns, image))
        elif self._fetching.apart:
            self._fetch_frame(known)

    def settle(self) -> None:
        """Bring some to their place. Raises OSError and SQLAlchemyError."""
        self.unsettled = self._keeper.settle(SETTLED, self._awaits) > 0

    def turn(self) -> None:
        """Ask the inspector's machine for the next one."""
        self._fetching.turn()

    def _fetch_frame(self, known: Known) -> None:
        exposure_ns, trigger = known.frame

        def arrived(picture: Incoming, content: bytes) -> None:
            self._keep(lambda: self._keeper.take_frame(known.part, trigger, picture, content))

        self._fetching.want(Wish("frame", exposure_ns), arrived)

    def _awaits(self, picture: Incoming) -> bool:
        """Whether a picture that is not here will come from the inspector's machine."""

        def arrived(picture: Incoming, content: bytes) -> None:
            self._keep(lambda: store_incoming(self._folder, picture, content, durable=True))

        wish = Wish(picture.kind, picture.exposure_ns, picture.sha256)
        return self._fetching.apart and self._fetching.want(wish, arrived)

    def _keep(self, write: Callable[[], None]) -> None:
        def keep() -> bool:
            write()
            return True

        kept, self.unsettled = self._space.keep(keep), True
        self.counts["pictures" if kept else "pictures_missed"] += 1

    def _miss(self, what: str) -> None:
        self.counts["pictures_missed"] += 1
        self._fetching.miss(what)
