"""All addresses of the web application, as JSON lines: method, path, whether a page is built."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from starlette.routing import Mount, Route, WebSocketRoute

FILLED = {"int": "1", "path": "x", "name": "pcb", "number": "1"}


def walk(routes: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """Method (or 'WEBSOCKET') and path with something in each of its fields."""
    for route in routes:
        if isinstance(route, Mount):
            inner = getattr(route, "routes", None)
            yield from walk(inner or (), before + route.path)
            if not inner:
                yield "GET", before + route.path + "/x"
        elif isinstance(route, WebSocketRoute):
            yield "WEBSOCKET", filled(before + route.path)
        elif isinstance(route, Route):
            for method in sorted(route.methods or {"GET"}):
                yield method, filled(before + route.path)


def pages(routes: Any) -> Iterator[str]:
    """Paths at which a page is built."""
    for route in routes:
        if isinstance(route, Mount):
            yield from pages(route.routes or ())
        elif isinstance(route, Route) and hasattr(route.endpoint, "__wrapped__"):
            where = route.endpoint.__code__.co_filename
            if where.endswith("nicegui/page.py"):
                yield filled(route.path)


def filled(path: str) -> str:
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: FILLED.get(found[1], "1"), path)


def main() -> None:
    from cell.config import load
    from cell.config.stations import site_of
    from cell.faces.hmi.recipes import RecipeBook
    from cell.faces.web.application import application
    from cell.faces.web.services import Services
    from cell.people.house import House

    with tempfile.TemporaryDirectory() as folder:
        config = load(None, {"data_dir": folder})
        with House(Path(folder), config.people) as house:
            known = {
                "config": config,
                "site": site_of(config),
                "recipes": RecipeBook(config),
                "people": house.people,
                "audit": house.audit,
            }
            nothing = SimpleNamespace()
            made: Any = {f.name: known.get(f.name, nothing) for f in fields(Services)}
            services = Services(**made)
            made_routes = application(services).routes
            built = set(pages(made_routes))
            for method, path in sorted(set(walk(made_routes))):
                json.dump([method, path, path in built], sys.stdout)
                print()


if __name__ == "__main__":
    main()
