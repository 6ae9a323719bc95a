"""In which language somebody reads."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import HTTPConnection

from cell.faces.web.signed_in import signed_in
from cell.people.person import How
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
    the browser was switched to, else the person's own, else the one that the browser likes best,
    else the cell's. The demo's operator is nobody in particular: he has none of his own.
    """
    person = signed_in(connection)
    own = person.lang if person and person.how is not How.DEMO else ""
    wanted = (
        connection.query_params.get("lang", ""),
        *parse_qs(urlsplit(on_the_way_to).query).get("lang", ()),
        connection.cookies.get(COOKIE, ""),
        own,
        liked(connection.headers.get("accept-language", "")) or "",
    )
    known = languages()
    return next((lang for lang in wanted if lang in known), default)


def liked(header: str) -> Lang | None:
    """The language of ours that an Accept-Language header likes best; None: none of them."""
    known = languages()
    best: tuple[float, Lang] | None = None
    for part in header.split(","):
        name, _, weight = part.partition(";")
        lang = name.strip().lower().partition("-")[0]
        likes = _weight(weight)
        if lang in known and likes > 0 and (best is None or likes > best[0]):
            best = likes, lang
    return best[1] if best else None


def without_language(address: str) -> str:
    """The same page of the cell, asked for in no language."""
    found = urlsplit(address)
    kept = {key: values for key, values in parse_qs(found.query).items() if key != "lang"}
    return found._replace(query=urlencode(kept, doseq=True)).geturl()


def _weight(words: str) -> float:
    name, _, value = words.partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
