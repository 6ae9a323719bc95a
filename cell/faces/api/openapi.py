"""What the description tells beside what the routes say themselves: who may, and how it fails."""

from __future__ import annotations

from typing import Any, Final

from cell.faces.api.permissions import NEEDS
from cell.faces.api.problems import MEDIA, Problem
from cell.people.roles import TABLE, Role

_PROBLEM: Final = {"content": {MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
COMMON: Final[dict[int | str, dict[str, Any]]] = {
    401: {"description": "Nobody has signed in, or the session or token has ended.", **_PROBLEM},
    403: {"description": "The role does not allow it, or the CSRF header is missing.", **_PROBLEM},
    422: {"description": "The request is not as described.", **_PROBLEM},
    "default": {"description": "Any other problem.", **_PROBLEM},
}
"""Answers that every route may give."""
PLACE: Final = "/api/v1"
"""Where the interface is mounted."""
ABOUT: Final = (
    "Everything that the pages do, for programs. Send a token as `Authorization: Bearer TOKEN`, or "
    "from a page the session's cookie and, with anything but GET, its word as `X-CSRF-Token`. "
    "Problems are told as RFC 9457, in the language of `Accept-Language` (ko, en)."
)


def roles_that_may(name: str) -> list[Role]:
    """The roles that may call a route."""
    needed = NEEDS[name]
    return [role for role in Role if needed is None or needed in TABLE[role]]


def described(told: dict[str, Any]) -> dict[str, Any]:
    """FastAPI's description with permissions, security and problems."""
    schemes = {
        "token": {"type": "http", "scheme": "bearer"},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "cell_8080",
            "description": "Of a page's session; its name ends with the port that is served.",
        },
    }
    told["info"]["description"] = ABOUT
    parts = told.setdefault("components", {})
    parts["securitySchemes"] = schemes
    schemas = parts.setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs", {})
    schemas["Problem"] = problem
    told["servers"] = [{"url": PLACE}]
    told["security"] = [{"token": []}, {"session": []}]
    for methods in told["paths"].values():
        for operation in methods.values():
            name = operation["operationId"]
            operation["x-permission"] = NEEDS[name]
            operation["x-roles"] = roles_that_may(name)
    return told
