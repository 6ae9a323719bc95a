"""The interface as one application of its own, so that it answers for its unknown paths itself."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import HTMLResponse, Response

from cell.faces.api import docs_page
from cell.faces.api.desk import Desk
from cell.faces.api.etags import ETags
from cell.faces.api.guard import Guard
from cell.faces.api.idempotent import MOST_BYTES, Idempotent
from cell.faces.api.lengths import Lengths
from cell.faces.api.openapi import COMMON, described
from cell.faces.api.problems import handle
from cell.faces.api.resources import (
    acceptances,
    alarm_events,
    alarms,
    audit,
    audits,
    configuration,
    gallery,
    label_files,
    label_sets,
    labels,
    me,
    models,
    monitors,
    orders,
    parts,
    people,
    pictures,
    quality,
    recipes,
    runs,
    sessions,
    state,
    stream,
    studies,
    thresholds,
    tokens,
    training,
)

ROUTERS: Final = (
    state.router, stream.router, orders.router, parts.router, pictures.router, quality.router,
    gallery.router, monitors.router, studies.router, audits.router, acceptances.router,
    alarm_events.router, alarms.router,
    runs.router, recipes.router, me.router, tokens.router, people.router, sessions.router,
    audit.router, labels.router, label_sets.router, label_files.router, training.router,
    models.router, thresholds.router, configuration.router,
)  # fmt: skip


def application(desk: Desk) -> FastAPI:
    """All routers behind the guard."""
    api = FastAPI(
        title="Inspection cell",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.desk = desk
    own = [
        APIRoute(
            "/openapi.json", lambda: description(api), name="openapi", include_in_schema=False
        ),
        APIRoute(
            "/docs",
            lambda: _docs(api),
            name="docs",
            include_in_schema=False,
            response_class=HTMLResponse,
        ),
    ]
    api.router.routes.extend(own)
    for router in ROUTERS:
        api.include_router(router, responses=COMMON)
    handle(api)
    api.add_middleware(ETags)
    api.add_middleware(Idempotent, repeats=desk.repeats, clock=desk.clock)
    api.add_middleware(RequestBodyLimitMiddleware, max_body_size=MOST_BYTES)
    api.add_middleware(Lengths)
    routes = [*own, *routes_of()]
    api.add_middleware(Guard, people=desk.people, notes=desk.audit, routes=routes, clock=desk.clock)
    return api


def routes_of() -> list[APIRoute]:
    """Every route that is described, in the order in which they are tried."""
    return [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def description(api: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1."""
    if api.openapi_schema is None:
        api.openapi_schema = described(api.openapi())
    return api.openapi_schema


def _docs(api: FastAPI) -> Response:
    return HTMLResponse(docs_page.page(description(api)), headers=docs_page.HEADERS)
