"""Who has signed in, as a request tells it."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.types import Scope

from cell.people.person import SignedIn

_KEY = "signed_in"


def sign(scope: Scope, person: SignedIn) -> None:
    """Note in a connection's scope who has signed in."""
    scope.setdefault("state", {})[_KEY] = person


def signed_in(connection: HTTPConnection) -> SignedIn | None:
    """Who has signed in at this connection's browser; None: nobody."""
    person = connection.scope.get("state", {}).get(_KEY)
    return person if isinstance(person, SignedIn) else None
