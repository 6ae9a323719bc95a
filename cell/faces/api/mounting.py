"""The programming interface, as the web server takes it up."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.routing import Mount

from cell.faces.api.application import application
from cell.faces.api.desk import Desk
from cell.faces.api.openapi import PLACE
from cell.faces.api.repeats import Repeats
from cell.faces.web.services import Services
from cell.records.reading import Archive


class Whole(Mount):
    """A mounted application that gets every path below its own, those with line feeds as well."""

    def __init__(self, path: str, app: FastAPI) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def mount(app: FastAPI, services: Services) -> None:
    """Add the interface at `/api/v1`."""
    data_dir = services.config.data_dir
    desk = Desk(
        config=services.config,
        link=services.link,
        orders=services.orders,
        recipes=services.recipes,
        archive=Archive(data_dir),
        people=services.people,
        audit=services.audit,
        labels=services.labels,
        jobs=services.jobs,
        registry=services.registry,
        repeats=Repeats(data_dir),
        judging=services.judging,
    )
    place(app, desk)


def place(app: FastAPI, desk: Desk) -> None:
    """Add it with a desk that was made elsewhere."""
    app.router.routes.append(Whole(PLACE, application(desk)))
