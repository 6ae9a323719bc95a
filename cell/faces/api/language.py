"""In which language somebody reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from cell.faces.web.language import liked
from cell.faces.web.signed_in import signed_in
from cell.texts import ENGLISH, Lang, languages


def reader(connection: HTTPConnection) -> Lang:
    """By the header, else as the person has chosen, else English."""
    person = signed_in(connection)
    own = person.lang if person and person.lang in languages() else ENGLISH
    return liked(connection.headers.get("accept-language", "")) or own


Reader = Annotated[Lang, Depends(reader)]
