"""What the inspector does for a recorder on another machine: it keeps whole pictures, too, and
hands out what is asked for.
"""

from __future__ import annotations

from array import array
from pathlib import Path
from typing import Final

from inspection_cell_interfaces.msg import FrameHandle
from inspection_cell_interfaces.srv import FetchPicture

from cell.nodes.base import CellNode
from cell.nodes.topics import to_ns
from cell.records.images import encoded, store_incoming
from cell.records.naming import INCOMING, Incoming
from cell.records.space import Space
from models.ground.machine import machine
from vision.errors import RingError, StaleFrame
from vision.frames.reader import RingReader

MIB: Final = 2**20
CLEAR_EVERY: Final = 50
"""Pictures stored between two looks at how many there are."""


class Outgoing:
    """`inspector/picture`. space: guards the disk, None where no picture is stored."""

    def __init__(self, node: CellNode, space: Space | None) -> None:
        self._folder = Path(node.config.data_dir)
        self._most = node.config.hosts.outgoing_mib * MIB
        self._frames = node.config.recorder.store_frames != "none"
        self._space = space
        self._apart = self._unseen = False
        self._since_cleared = 0
        node.create_service(FetchPicture, "inspector/picture", self._on_request)

    def keep_frame(self, handle: FrameHandle, reader: RingReader) -> None:
        """Store the whole picture, where the recorder cannot see the ring that it lies in."""
        if not self._apart or not self._frames or self._space is None:
            return
        try:
            picture = reader.read(handle.slot, handle.sequence)
        except (StaleFrame, RingError):
            return  # the recorder asks, and says that it is lost
        self._space.keep(lambda: self._store(to_ns(handle.header.stamp), encoded(picture)))
        self._since_cleared += 1
        if self._unseen and self._since_cleared >= CLEAR_EVERY:
            self._since_cleared = 0
            self._clear()

    def _store(self, exposure_ns: int, content: bytes) -> None:
        picture = Incoming.of("frame", exposure_ns, content)
        store_incoming(self._folder, picture, content, durable=False)

    def _on_request(
        self, request: FetchPicture.Request, response: FetchPicture.Response
    ) -> FetchPicture.Response:
        response.machine = machine()
        self._apart = request.machine != response.machine
        if not request.kind:
            return response
        # Who asks for a view does not see this folder: nobody else takes its pictures away.
        self._unseen |= request.kind == "view"
        for name in self._named(request.kind, request.exposure_ns, request.sha256):
            picture = Incoming.parse(f"{INCOMING}/{name}")
            if picture is None:
                continue
            try:
                content = (self._folder / picture.path).read_bytes()
            except OSError:
                continue
            response.found, response.sha256 = True, picture.sha256
            response.content = array("B", content)  # bytes would be checked one by one
        return response

    def _named(self, kind: str, exposure_ns: int, sha256: str) -> list[str]:
        if sha256:
            return [Path(Incoming(exposure_ns, kind, sha256).path).name]
        found = (self._folder / INCOMING).glob(f"{exposure_ns}-{kind}-*.jpg")
        return sorted(file.name for file in found)

    def _clear(self) -> None:
        """Let the oldest go where there is too much."""
        there = (self._folder / INCOMING).glob("[0-9]*.jpg")
        known = sorted(there, key=lambda file: int(file.name.partition("-")[0]))  # by exposure
        sizes = [file.stat().st_size for file in known]
        over = sum(sizes) - self._most
        for file, size in zip(known, sizes, strict=True):
            if over <= 0:
                return
            file.unlink(missing_ok=True)
            over -= size
