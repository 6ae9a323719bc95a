"""The programming interface, as the web server takes it up."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.routing import Mount

from cell.faces.api.application import application
from cell.faces.api.desk import Desk
from cell.faces.api.openapi import PLACE


class Whole(Mount):
    """A mounted application that gets every path below its own, those with line feeds as well."""

    def __init__(self, path: str, app: FastAPI) -> None:
        super().__init__(path, app)
        self.path_regex = re.compile(self.path_regex.pattern, re.DOTALL)


def place(app: FastAPI, desk: Desk) -> None:
    """Add the interface at `/api/v1`."""
    app.router.routes.append(Whole(PLACE, application(desk)))
