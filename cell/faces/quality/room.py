"""What the quality pages work with, what a page is, and who looks at one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from fastapi import FastAPI

from cell.faces.quality.cell_judging import CellJudging
from cell.faces.web.tools import SharedTools
from cell.faces.web.visit import Visit as AnyVisit
from cell.people.person import SignedIn
from cell.people.roles import Permission
from cell.records.reading import Archive
from cell.texts import Lang


class Tools(SharedTools, Protocol):
    """The part of the web's services that the quality pages need."""

    @property
    def judging(self) -> CellJudging:
        """The cell as an appraiser."""


class Room:
    """Made once, for all pages."""

    def __init__(self, tools: Tools) -> None:
        self.config, self.recipes = tools.config, tools.recipes
        self.labels, self.audit = tools.labels, tools.audit
        self.archive = Archive(tools.config.data_dir)
        self.judging = tools.judging

    def close(self) -> None:
        """Let go of the records; the cell judges no study any more."""
        self.judging.close()
        self.archive.close()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the room.

    name: of its texts, `quality.page.<name>`. listed: whether it stands in the navigation; else
    `under` names the page that does in its place. build: makes it. routes: mounts what the page
    fetches besides, as pictures and files.
    """

    name: str
    path: str
    build: Callable[[Visit], Awaitable[None]]
    needs: Permission = Permission.SEE
    under: str = ""
    routes: Callable[[FastAPI, Room], None] | None = None


class Visit(AnyVisit):
    """One person at one page. query: what the address asks for; pages: all there are."""

    def __init__(
        self,
        room: Room,
        by: SignedIn,
        lang: Lang,
        page: Page,
        pages: tuple[Page, ...],
        query: Mapping[str, str],
    ) -> None:
        super().__init__(by, lang)
        self.room, self.page, self.pages = room, page, pages
        self.query = {name: word for name, word in query.items() if name != "lang" and word}

    def again(self, lang: Lang) -> str:
        """This page with all that its address asks for, in a language."""
        return f"{self.page.path}?{urlencode({**self.query, 'lang': lang})}"
