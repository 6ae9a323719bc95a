"""`python -m cell.faces.api.table`: the table of routes for docs/api.md."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getdoc

from fastapi.routing import APIRoute

from cell.faces.api.openapi import roles_that_may
from cell.people.roles import Role


def table_of_routes(routes: Sequence[APIRoute]) -> str:
    """A line each: method, path, who may, what."""
    lines = ["| route | who | what |", "| --- | --- | --- |"]
    for route in routes:
        method = "".join(route.methods or ())
        may = roles_that_may(route.name)
        who = "everybody" if may == list(Role) else ", ".join(may)
        what = " ".join(
            (route.description or getdoc(route.endpoint) or "").split("\n\n")[0].split()
        )
        lines.append(f"| `{method} {route.path_format}` | {who} | {what} |")
    return "\n".join(lines)


if __name__ == "__main__":
    from cell.faces.api.application import routes_of

    print(table_of_routes(routes_of()))
