"""In which language somebody reads."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from cell.faces.web.signed_in import signed_in
from cell.texts import ENGLISH, Lang, languages


def wanted(header: str) -> Lang | None:
    """The language of ours that an Accept-Language header likes best; None: none of them."""
    known = languages()
    best: tuple[float, Lang] | None = None
    for part in header.split(","):
        name, _, weight = part.partition(";")
        lang = name.strip().lower().partition("-")[0]
        liked = _weight(weight)
        if lang in known and liked > 0 and (best is None or liked > best[0]):
            best = liked, lang
    return best[1] if best else None


def reader(connection: HTTPConnection) -> Lang:
    """By the header, else as the person has chosen, else English."""
    person = signed_in(connection)
    own = person.lang if person and person.lang in languages() else ENGLISH
    return wanted(connection.headers.get("accept-language", "")) or own


def _weight(words: str) -> float:
    name, _, value = words.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


Reader = Annotated[Lang, Depends(reader)]
