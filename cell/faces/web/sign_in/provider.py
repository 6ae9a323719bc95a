"""Signing in by the company's own accounts: OpenID Connect, by Authlib."""

from __future__ import annotations

import html
import logging
import secrets
import time
import warnings
from collections import OrderedDict
from typing import Any, Final

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from cell.config.people import ProviderConfig
from cell.faces.web.sign_in.forms import way_back
from cell.faces.web.sign_in.rendering import POLICY
from cell.people.account import Begun
from cell.people.errors import SignInError
from cell.people.people import People
from cell.texts import say
from models.ground.errors import UserError

_log = logging.getLogger(__name__)
BACK: Final = "/sign-in/provider/back"
PATIENCE_S: Final = 600.0
"""How long somebody may take at the provider."""
MOST: Final = 256
"""Of those who are there at a time, the oldest are forgotten beyond that."""
HTTP: Final = {"timeout": 10}


class ProviderError(UserError):
    """The provider cannot be used as it is configured."""


class Journeys:
    """What is remembered of those who are at the provider, each by a cookie of his browser. That
    one must come along when the provider sends him back, so it is not as strict as the session's.
    """

    def __init__(self, port: int, *, secure: bool) -> None:
        self._cookie = f"{'__Host-' if secure else ''}cell_provider_{port}"
        self._secure = secure
        self._known: OrderedDict[str, tuple[float, dict[str, Any]]] = OrderedDict()

    def begin(self, now_s: float) -> tuple[str, dict[str, Any]]:
        """A new one: its cookie, and what is remembered."""
        while len(self._known) >= MOST:
            self._known.popitem(last=False)
        cookie, remembered = secrets.token_urlsafe(24), dict[str, Any]()
        self._known[cookie] = (now_s, remembered)
        return cookie, remembered

    def end(self, request: Request, now_s: float) -> dict[str, Any]:
        """What was remembered, once; nothing of a stranger or a slow one."""
        begun_s, remembered = self._known.pop(request.cookies.get(self._cookie, ""), (0.0, {}))
        return remembered if now_s - begun_s < PATIENCE_S else {}

    def keep(self, answer: Response, cookie: str) -> None:
        """Give the cookie to the browser."""
        answer.set_cookie(
            self._cookie,
            cookie,
            max_age=int(PATIENCE_S),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, answer: Response) -> None:
        """Take it away."""
        answer.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="lax")


class Provider:
    """Sends people to the provider and takes them back. address: where browsers find the cell."""

    def __init__(
        self, config: ProviderConfig, people: People, journeys: Journeys, address: str
    ) -> None:
        self._config, self._people, self._journeys = config, people, journeys
        self._back = f"{address}{BACK}"
        self._client = _client(config)

    async def send(self, request: Request) -> Response:
        """To the provider. Raises SignInError when it does not answer."""
        cookie, remembered = self._journeys.begin(time.monotonic())
        request.scope["session"] = remembered
        try:
            answer: Response = await self._client.authorize_redirect(request, self._back)
        except Exception as error:  # the network's, the provider's, Authlib's: a library of each
            raise SignInError(say("signin.provider_away", why=_logged(error))) from error
        remembered["next"] = way_back(request.query_params.get("next", "/"))
        self._journeys.keep(answer, cookie)
        return answer

    async def take_back(self, request: Request, remembered: dict[str, Any], address: str) -> Begun:
        """Whom the provider vouches for. remembered: of this journey. Raises PeopleError."""
        request.scope["session"] = remembered
        try:
            token = await self._client.authorize_access_token(request)
            claims = dict(token["userinfo"])
            subject = str(claims["sub"])
        except Exception as error:  # as above; a forged state or nonce is one of them
            raise SignInError(say("signin.provider_refused", why=_logged(error))) from error
        role, name = self._config.role_of(claims), self._config.name_of(claims)
        if role is None or not name:
            raise SignInError(say("signin.provider_stranger", name=name or subject))
        display = claims.get("name")
        return self._people.by_provider(
            f"{self._config.issuer} {subject}",
            name,
            display if isinstance(display, str) else "",
            role,
            time.time_ns(),
            address,
        )


def go_on(wanted: str) -> Response:
    """A page that leads on by itself. The provider's site has begun this journey, and a browser
    that is merely sent on would keep the strict session cookie back.
    """
    to = html.escape(wanted)
    page = f'<!doctype html><meta http-equiv="refresh" content="0;url={to}"><a href="{to}">→</a>'
    return HTMLResponse(
        page, headers={"Cache-Control": "no-store", "Content-Security-Policy": POLICY}
    )


def _client(config: ProviderConfig) -> Any:
    """Raises ProviderError, PeopleError."""
    client_id, secret = config.credentials()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Authlib looks ahead to its next version
            from authlib.integrations.starlette_client import (  # type: ignore[import-untyped]
                OAuth,
            )
    except ImportError:
        raise ProviderError(
            "people.provider needs Authlib, which is not installed: install the extra `oidc` "
            "(.venv/bin/uv pip install --python .venv/bin/python -e '.[oidc]')"
        ) from None
    oauth = OAuth()
    oauth.register(
        "provider",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{config.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid email profile",
            "code_challenge_method": "S256",
            **HTTP,
        },
    )
    return oauth.create_client("provider")


def _logged(error: Exception) -> str:
    """A library's words in one line; the log is told its kind, which may be a fault of ours."""
    kind, words = type(error), " ".join(str(error).split())[:200]
    _log.warning("The provider: %s.%s: %s", kind.__module__, kind.__qualname__, words)
    return words or kind.__name__
