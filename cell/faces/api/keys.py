"""The key of a request that may be repeated, as routes describe it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import Depends, Header

from cell.faces.api.idempotent import HEADER


def _keyed(
    _key: Annotated[
        str | None,
        Header(
            alias=HEADER,
            min_length=1,
            max_length=100,
            pattern=r"^[\x21-\x7e]+$",
            description="A word of your own for this request: sent again with the same word and "
            "body within 24 hours, it is not carried out again and gets the same answer.",
        ),
    ] = None,
) -> None:
    """`Idempotent` has read it before the route is called."""


KEYED: Final[Sequence[Any]] = (Depends(_keyed),)
"""Dependencies of a route that stands in `permissions.REPEATABLE`."""
