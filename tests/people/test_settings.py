"""The configuration's section of people: what it takes, refuses, and what it makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cell.config import ConfigError, dump, load
from cell.config.people import ProviderConfig
from cell.people.errors import PeopleError
from cell.people.roles import Role

PROVIDER = {
    "issuer": "https://id.example.com/",
    "client_id": "cell",
    "secret_file": "secret.txt",
    "roles": {"qa": "quality", "boss": "admin"},
}
SECTION = {
    "keys": "../keys",
    "hosts": ["Cell-1.plant"],
    "tls": {"certificate": "cell.pem", "private_key": "/etc/cell.key"},
    "provider": PROVIDER,
}


def configured(**section: Any) -> Any:
    return load(None, {"people": section}).people


def test_paths_are_taken_from_the_file_and_it_can_be_written_again(tmp_path: Path) -> None:
    config = load(None, {"people": SECTION})
    home = Path(load.__code__.co_filename).parent
    people = config.people
    assert people.keys == home.parent / "keys"
    assert people.tls is not None
    assert (people.tls.certificate, str(people.tls.private_key)) == (
        home / "cell.pem", "/etc/cell.key",
    )  # fmt: skip
    assert people.provider is not None
    assert people.provider.secret_file == home / "secret.txt"
    dump(config, tmp_path / "config.yaml")
    assert load(tmp_path / "config.yaml").people == people


@pytest.mark.parametrize(
    "section",
    [
        {"provider": PROVIDER | {"issuer": "http://id.example.com"}},
        {"provider": PROVIDER | {"issuer": "id.example.com"}},
        {"provider": PROVIDER | {"roles": {}}},
        {"provider": PROVIDER | {"roles": {"qa": "king"}}},
        {"tls": {"certificate": "cell.pem"}},
        {"hosts": ["*"]},
        {"hosts": ["https://cell"]},
        {"lockout": {"misses": 0}},
        {"sessions": {"panel": {"idle_min": 0, "hours": 1}}},
        {"password": "secret"},
    ],
)
def test_what_is_wrong_is_told_with_its_place(section: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=r"'people\."):
        configured(**section)


@pytest.mark.parametrize(
    ("host", "allowed"),
    [
        ("cell-1.plant", True), ("CELL-1.PLANT", True), ("localhost", True), ("127.0.0.1", True),
        ("[::1]", True), ("evil.example", False), ("cell-1.plant.evil.example", False), ("", False),
    ],
)  # fmt: skip
def test_by_which_names_browsers_may_call_the_cell(host: str, allowed: bool) -> None:
    assert configured(**SECTION).allows(host) is allowed


@pytest.mark.parametrize(
    ("host", "wanted", "may"),
    [
        ("127.0.0.1", True, True),
        ("::1", True, True),
        ("localhost", False, False),
        ("0.0.0.0", True, False),
        ("192.168.0.5", True, False),
    ],
)
def test_the_demo_signs_in_on_this_computer_alone(host: str, wanted: bool, may: bool) -> None:
    assert configured(demo_sign_in=wanted).may_demo(host) is may


@pytest.mark.parametrize(
    ("claims", "role"),
    [
        ({"groups": ["staff", "qa"]}, Role.QUALITY),
        ({"groups": ["boss", "qa"]}, Role.QUALITY),
        ({"groups": "boss"}, Role.ADMIN),
        ({"groups": ["bosses"]}, None),
        ({"groups": None}, None),
        ({"groups": [["boss"], 7]}, None),
        ({}, None),
    ],
)
def test_the_providers_words_become_a_role(claims: dict[str, Any], role: Role | None) -> None:
    assert ProviderConfig.model_validate(PROVIDER).role_of(claims) is role


def test_the_providers_name_and_secret(tmp_path: Path) -> None:
    provider = ProviderConfig.model_validate(PROVIDER).anchored(tmp_path)
    assert provider.called() == "id.example.com"
    assert provider.name_of({"preferred_username": "kim"}) == "kim"
    assert provider.name_of({"preferred_username": 7}) == ""
    for words in (None, b" \n", b"\xff"):
        if words is not None:
            provider.secret_file.write_bytes(words)
        with pytest.raises(PeopleError):
            provider.credentials()
    provider.secret_file.write_text("hush\n")
    assert provider.credentials() == ("cell", "hush")
