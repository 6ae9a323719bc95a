"""In which language somebody reads."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import HTTPConnection

from cell.faces.web.signed_in import signed_in
from cell.texts import Lang, languages

COOKIE: Final = "cell_lang"
"""What a browser has been switched to."""
YEAR_S: Final = 365 * 24 * 3600


def remember(lang: Lang) -> str:
    """JavaScript by which a browser keeps the language that it was switched to."""
    return f"document.cookie = '{COOKIE}={lang}; path=/; max-age={YEAR_S}; samesite=lax'"


def spoken(lang: Lang) -> str:
    """JavaScript that says of the page in which language it is, for those who have it read out."""
    return f"document.documentElement.lang = '{lang}'"


def language(connection: HTTPConnection, default: Lang, on_the_way_to: str = "") -> Lang:
    """What the address asks for (`?lang=en`), or the one that somebody is on the way to, else what
    the browser was switched to, else the person's own, else the cell's.
    """
    person = signed_in(connection)
    wanted = (
        connection.query_params.get("lang", ""),
        *parse_qs(urlsplit(on_the_way_to).query).get("lang", ()),
        connection.cookies.get(COOKIE, ""),
        person.lang if person else "",
    )
    known = languages()
    return next((lang for lang in wanted if lang in known), default)


def without_language(address: str) -> str:
    """The same page of the cell, asked for in no language."""
    found = urlsplit(address)
    kept = {key: values for key, values in parse_qs(found.query).items() if key != "lang"}
    return found._replace(query=urlencode(kept, doseq=True)).geturl()
