"""The quality pages, in the order of the navigation. A further page is a file and a line here."""

from __future__ import annotations

from typing import Final

from cell.faces.quality.overview_page import overview_page
from cell.faces.quality.room import Page

PAGES: Final = (Page("overview", "/quality", overview_page),)
