"""Files that a browser sends, until they are brought in: each page's in a folder of its own."""

from __future__ import annotations

import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import anyio
from fastapi import FastAPI, Request, Response
from nicegui.element import Element
from starlette.responses import PlainTextResponse

from cell.faces.studio.hiding import UPLOAD
from cell.faces.web.language import language
from cell.faces.web.signed_in import signed_in
from cell.labels.exchange.bounds import Bounds, Ledger
from cell.labels.label import LabelError
from cell.people.roles import Permission
from cell.texts import Lang, render, say, tr
from models.ground.errors import UserError

KEEP_FREE: Final = 512 << 20
"""Uploads leave this much of the disk to the cell [bytes]."""


class Tray:
    """What one page's browser has sent. owner: the only one who may send it; reading: an import is
    under way, and what it reads must stay.
    """

    def __init__(self, owner: str, place: Path) -> None:
        self.owner, self.ticket = owner, secrets.token_urlsafe(24)
        self.reading = False
        self._place = place
        self.folder = Path(tempfile.mkdtemp(prefix="upload-", dir=place))
        self._bounds = Bounds()
        self._ledger = Ledger(self.folder, self._bounds, UPLOAD)

    @property
    def source(self) -> Path:
        """What there is to import: the only file, or the folder. Raises LabelError for nothing."""
        there = list(self.folder.iterdir())
        if not there:
            raise LabelError(say("studio.upload.nothing"))
        return there[0] if len(there) == 1 else self.folder

    @property
    def scratch(self) -> Path:
        """Where an archive is unpacked; a single file lies there, too."""
        source = self.source
        return self.folder if source.is_file() else self._place

    def clear(self) -> None:
        """Let go of what has come. Raises LabelError while it is read."""
        if self.reading:
            raise LabelError(say("studio.upload.reading"))
        self.close()
        self.folder.mkdir()
        self._ledger = Ledger(self.folder, self._bounds, UPLOAD)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    async def put(self, path: str, chunks: AsyncIterator[bytes]) -> None:
        """Take one file; half of one is none. Raises UserError for a path that leads out of the
        folder or is there, and for a disk without room.
        """
        parts = self._ledger.enter(path, is_folder=False)
        if not parts:
            raise LabelError(say("studio.upload.nothing"))
        file = self.folder.joinpath(*parts)
        part = file.with_name(f"{secrets.token_hex(6)}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            async with await anyio.open_file(part, "wb") as out:
                async for chunk in chunks:
                    self._require_room()
                    await out.write(chunk)
            part.replace(file)
        except OSError as error:
            raise LabelError(say("studio.upload.disk", why=error.strerror or str(error))) from None
        finally:
            part.unlink(missing_ok=True)

    def _require_room(self) -> None:
        free = shutil.disk_usage(self.folder).free
        if free < KEEP_FREE:
            raise LabelError(say("studio.upload.full", mib=free >> 20))


def incoming(data_dir: Path) -> Path:
    """The folder of what is sent and not yet brought in."""
    return data_dir / "labels" / "incoming"


def new_tray(place: Path, owner: str) -> Tray:
    """An empty one below `place`. Raises LabelError where none can be made."""
    try:
        place.mkdir(parents=True, exist_ok=True)
        return Tray(owner, place)
    except OSError as error:
        raise LabelError(say("studio.upload.disk", why=error.strerror or str(error))) from None


class Inbox:
    """All trays. What a server that ended has left behind is removed at the start."""

    def __init__(self, data_dir: Path) -> None:
        self._place = incoming(data_dir)
        self._trays: dict[str, Tray] = {}

    def clean(self) -> None:
        """Remove what is left of before."""
        for place in (self._place, self._place.with_name("outgoing")):
            shutil.rmtree(place, ignore_errors=True)

    def open(self, owner: str) -> Tray:
        """A new tray. Raises UserError where none can be made."""
        tray = new_tray(self._place, owner)
        self._trays[tray.ticket] = tray
        return tray

    def close(self, tray: Tray) -> None:
        """Remove a tray."""
        self._trays.pop(tray.ticket, None)
        tray.close()

    def mount(self, app: FastAPI, default: Lang) -> None:
        """Add the address that browsers send to. default: who has told no language reads this."""

        @app.post("/studio/upload/{ticket}")
        async def receive(request: Request, ticket: str, path: str) -> Response:
            tray = self._of(request, ticket)
            if tray is None:
                return Response(status_code=403)
            try:
                await tray.put(path, request.stream())
            except UserError as error:
                return refusal(request, error)
            return Response(status_code=204)

        @app.delete("/studio/upload/{ticket}")
        def clear(request: Request, ticket: str) -> Response:
            tray = self._of(request, ticket)
            if tray is None:
                return Response(status_code=403)
            try:
                tray.clear()
            except UserError as error:
                return refusal(request, error)
            return Response(status_code=204)

        def refusal(request: Request, error: UserError) -> Response:
            words = render(str(error), language(request, default))
            return PlainTextResponse(words + "\n", status_code=422)

    def _of(self, request: Request, ticket: str) -> Tray | None:
        person, tray = signed_in(request), self._trays.get(ticket)
        if person is None or tray is None or not person.may(Permission.EXCHANGE):
            return None
        return tray if tray.owner == person.name else None


class Upload(Element, component="upload.js"):
    """Chooses an archive or a folder and sends it. Tells by `begun`, `arrived` and `broken`."""

    def __init__(self, tray: Tray, lang: Lang) -> None:
        super().__init__()
        self._props["url"] = f"/studio/upload/{tray.ticket}"
        self._props["words"] = {
            "archive": tr("studio.upload.archive", lang),
            "folder": tr("studio.upload.folder", lang),
            "progress": tr("studio.upload.progress", lang),
            "arrived": tr("studio.upload.arrived", lang, count="%1"),
            "broken": tr("studio.upload.broken", lang),
        }
