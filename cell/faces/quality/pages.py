"""The quality pages, in the order of the navigation. A further page is a file and a line here."""

from __future__ import annotations

from typing import Final

from cell.faces.quality import files, pictures
from cell.faces.quality.acceptance_page import acceptance_page
from cell.faces.quality.acceptance_page import routes as acceptance_routes
from cell.faces.quality.acceptances_page import acceptances_page
from cell.faces.quality.audit_page import audit_page
from cell.faces.quality.audit_page import routes as audit_routes
from cell.faces.quality.audits_page import audits_page
from cell.faces.quality.find_pages import gallery_page, search_page
from cell.faces.quality.gauge_judge_page import gauge_judge_page
from cell.faces.quality.gauge_judge_page import routes as judge_routes
from cell.faces.quality.gauge_page import gauge_page
from cell.faces.quality.gauge_study_page import gauge_study_page
from cell.faces.quality.gauge_study_page import routes as study_routes
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
    Page("gauge", "/quality/gauge", gauge_page),
    Page(
        "gauge_judge", "/quality/gauge/judge", gauge_judge_page, under="gauge", routes=judge_routes
    ),
    Page(
        "gauge_study", "/quality/gauge/study", gauge_study_page, under="gauge", routes=study_routes
    ),
    Page("audits", "/quality/audits", audits_page),
    Page("audit", "/quality/audit", audit_page, under="audits", routes=audit_routes),
    Page("acceptances", "/quality/acceptances", acceptances_page),
    Page(
        "acceptance", "/quality/acceptance", acceptance_page, under="acceptances",
        routes=acceptance_routes,
    ),
)  # fmt: skip
