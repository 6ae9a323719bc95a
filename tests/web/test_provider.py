"""Signing in by a company's own accounts: a real provider that runs in the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

pytest.importorskip("oidc_provider_mock")
pytest.importorskip("authlib")
from cell.people.roles import Role
from tests.hmi.conftest import Hmi, end, written
from tests.people.world import house
from tests.web.visiting import PAGE, Visitor

USERS = {"u1": {"preferred_username": "kim", "name": "Kim C.", "groups": ["quality", "x"]},
         "u2": {"preferred_username": "guest", "groups": ["visitors"]},
         "u3": {"preferred_username": "boss", "groups": ["quality"]}}  # fmt: skip


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    import oidc_provider_mock

    with oidc_provider_mock.run_server_in_thread() as server:
        address = f"http://localhost:{server.server_port}"
        for sub, claims in USERS.items():
            httpx.put(f"{address}/users/{sub}", json=claims).raise_for_status()
        yield address


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("provider")
    (folder / "secret").write_text("very secret\n")
    with house(folder) as opened:
        opened.add("boss", Role.ADMIN)
    return folder


@pytest.fixture(scope="module")
def cell_page(ros_environment: dict[str, str], issuer: str, folder: Path) -> Iterator[Hmi]:
    provider: Any = {
        "issuer": issuer, "client_id": "cell", "secret_file": str(folder / "secret"),
        "label": "Works", "roles": {"quality": "quality"},
    }  # fmt: skip
    config = written(folder, **{"people.provider": provider})
    page = Hmi(ros_environment, config, "--lang", "en")
    yield page
    end(page.process)


def at_provider(visitor: Visitor, sub: str, lang: str = "ko") -> str:
    """Where the provider sends him back to."""
    sent = visitor.get(f"/sign-in/provider?next=%2F%3Flang%3D{lang}", headers=PAGE)
    assert sent.status_code == 302
    asked = parse_qs(urlsplit(sent.headers["Location"]).query)
    assert {"state", "nonce", "code_challenge"} <= asked.keys()
    assert "SameSite=lax" in sent.headers["Set-Cookie"]
    back = httpx.post(sent.headers["Location"], data={"sub": sub}).headers["Location"]
    assert back.startswith(visitor.url)
    return back


def test_the_language_that_was_asked_for_comes_back_with_a_refusal(visitor: Visitor) -> None:
    answer = visitor.get(at_provider(visitor, "u2"), headers=PAGE)
    assert answer.status_code == 401
    assert '<html lang="ko">' in answer.text


def test_the_first_sign_in_makes_an_account(visitor: Visitor, folder: Path) -> None:
    assert "With Works" in visitor.get("/sign-in", headers=PAGE).text
    answer = visitor.get(
        at_provider(visitor, "u1"),
        headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    )
    assert answer.status_code == 200
    assert "0;url=/?lang=ko" in answer.text
    assert visitor.get("/", headers=PAGE).status_code == 200
    with house(folder) as home:
        account = home.people.account("kim")
    assert account is not None
    assert (account.role, account.display) == (Role.QUALITY, "Kim C.")


@pytest.mark.parametrize(
    ("sub", "words"), [("u2", "no role in this cell"), ("u3", "another account")]
)
def test_who_stays_outside(visitor: Visitor, sub: str, words: str) -> None:
    answer = visitor.get(at_provider(visitor, sub, "en"), headers=PAGE)
    assert answer.status_code == 401
    assert words in answer.text
    assert visitor.get("/", headers=PAGE).status_code == 303


@pytest.mark.parametrize("how", ["forged state", "another browser", "twice", "no code", "error"])
def test_a_forged_return_is_refused(cell_page: Hmi, visitor: Visitor, how: str) -> None:
    back = at_provider(visitor, "u1")
    came = visitor
    match how:
        case "forged state":
            back = f"{visitor.url}/sign-in/provider/back?code=1&state=forged"
        case "no code":
            back = f"{visitor.url}/sign-in/provider/back"
        case "error":
            back = f"{visitor.url}/sign-in/provider/back?error=access_denied"
        case "twice":
            assert visitor.get(back, headers=PAGE).status_code == 200
        case "another browser":
            came = Visitor(cell_page.url)
    with Visitor(cell_page.url) as other:
        answer = (other if how in ("another browser", "twice") else came).get(back, headers=PAGE)
        assert answer.status_code == 401
        assert answer.text.count('data-test="trouble"') == 1
    assert "Traceback" not in answer.text


def test_a_wrong_nonce_is_refused(visitor: Visitor) -> None:
    sent = visitor.get("/sign-in/provider", headers=PAGE).headers["Location"]
    nonce = parse_qs(urlsplit(sent).query)["nonce"][0]
    back = httpx.post(sent.replace(nonce, "another"), data={"sub": "u1"}).headers["Location"]
    assert visitor.get(back, headers=PAGE).status_code == 401
