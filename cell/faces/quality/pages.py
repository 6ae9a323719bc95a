"""The quality pages, in the order of the navigation. A further page is a file and a line here."""

from __future__ import annotations

from typing import Final

from cell.faces.quality import files, pictures
from cell.faces.quality.find_pages import gallery_page, search_page
from cell.faces.quality.heat_page import heat_page
from cell.faces.quality.overview_page import overview_page
from cell.faces.quality.part_page import part_page
from cell.faces.quality.room import Page

PAGES: Final = (
    Page("overview", "/quality", overview_page, routes=files.routes),
    Page("heat", "/quality/heat", heat_page, routes=pictures.routes),
    Page("gallery", "/quality/gallery", gallery_page),
    Page("search", "/quality/search", search_page),
    Page("part", "/quality/part", part_page, under="gallery"),
)
