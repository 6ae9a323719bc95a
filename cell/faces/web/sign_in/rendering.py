"""The sign-in pages as HTML, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from cell.faces.web.language import COOKIE, YEAR_S, language, without_language
from cell.faces.web.sign_in.forms import Forms, way_back
from cell.texts import Lang, after, render, tr

FOLDER: Final = Path(__file__).parent
POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""These pages need nothing but their own files."""

_pages = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)


class Pages:
    """cell: its name; default: the language of whoever has told none; mark: code of what stands
    behind the name.
    """

    def __init__(self, cell: str, forms: Forms, default: Lang, mark: str = "") -> None:
        self._cell, self._forms, self._default, self._mark = cell, forms, default, mark

    def show(
        self,
        page: str,
        request: Request,
        *,
        next: str = "/",
        trouble: str = "",
        wait: int = 0,
        notice: str = "",
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """One of the pages. trouble: a text in no language yet; notice: a text's code; wait: before
        that nobody is asked again [s].
        """
        next = way_back(next)
        lang = language(request, self._default, next)
        cookie, sign = self._forms.begin(request)
        words = _pages.get_template(page).render(
            lang=lang,
            cell=f"{self._cell} – {tr(self._mark, lang)}" if self._mark else self._cell,
            say=lambda code, **told: tr(code, lang, **told),
            others=[(other := after(lang), tr("language.name", other))],
            here=_here(request, next),
            next=next,
            notice=tr(notice, lang) if notice else "",
            trouble=render(trouble, lang),
            wait=wait,
            sign=sign,
            **values,
        )
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
        if wait:
            headers["Retry-After"] = str(wait)
        answer = HTMLResponse(words, status, headers)
        self._forms.keep(answer, cookie)
        if request.query_params.get("lang") == lang:
            answer.set_cookie(COOKIE, lang, max_age=YEAR_S, samesite="lax")
        return answer


def _here(request: Request, next: str) -> Callable[[Lang], str]:
    """The address of this page in another language."""

    def here(lang: Lang) -> str:
        kept = {"next": without_language(next)} | {
            key: request.query_params[key]
            for key in ("token", "why")
            if key in request.query_params
        }
        return f"{request.url.path}?{urlencode(kept | {'lang': lang})}"

    return here
