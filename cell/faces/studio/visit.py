"""One person at one page of the relabelling tool, with what he works with."""

from __future__ import annotations

from cell.faces.studio.clerk import Clerk
from cell.faces.studio.foreman import Foreman
from cell.faces.studio.services import Tools
from cell.faces.web.visit import Result, now_ns, once
from cell.faces.web.visit import Visit as AnyVisit
from cell.people.person import SignedIn
from cell.texts import Lang

__all__ = ["Result", "Visit", "now_ns", "once"]


class Visit(AnyVisit):
    """Made while a page is built."""

    def __init__(self, tools: Tools, by: SignedIn, lang: Lang) -> None:
        super().__init__(by, lang)
        self.tools = tools
        self.clerk = Clerk(tools.labels, tools.audit, by)
        self.foreman = Foreman(tools.jobs, tools.labels, tools.config, tools.audit, by)
