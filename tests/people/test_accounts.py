"""Accounts: who may change them, what is refused, and that all of it is written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cell.people import rules
from cell.people.account import NewAccount
from cell.people.errors import AuditError, PeopleError, SignInError
from cell.people.limits import PeopleSettings
from cell.people.person import How, SignedIn
from cell.people.roles import ForbiddenError, Permission, Role, may
from tests.people.world import ADMIN, HOUR, NOW, PASSWORD, House, code_of, house

Act = Callable[[House], Any]


def new(name: str = "han", role: Role = Role.QUALITY, **secrets: str) -> Act:
    return lambda home: home.people.add(ADMIN, NewAccount(name, role, **secrets), NOW)  # type: ignore[arg-type]


def secret(name: str, **secrets: str) -> Act:
    return lambda home: home.people.set_secret(ADMIN, name, NOW, **secrets)


def change(name: str, **changes: Any) -> Act:
    return lambda home: home.people.change(ADMIN, name, NOW, **changes)


REFUSED: list[tuple[str, Act]] = [
    ("people.account.taken", new("Kim")),
    ("people.account.taken", new("ＫＩＭ")),
    ("people.name.odd", new("")),
    ("people.name.odd", new("=cmd()")),
    ("people.name.odd", new("a\u200bb")),
    ("people.name.odd", new("a" * 65)),
    ("people.name.odd", new("\udc80")),
    ("people.name.odd", new(display="-1")),
    ("people.name.address", new("a/b")),
    ("people.name.address", new("a\\b")),
    ("people.name.address", new("100%")),
    ("people.language.unknown", new(lang="xx")),
    ("people.password.length", new(password="short")),
    ("people.password.length", new(password="x" * 201)),
    ("people.password.easy", new(password="aaaaaaaaaaaa")),
    ("people.password.easy", new("a long name here", password="A long name here")),
    ("people.pin.digits", new(role=Role.OPERATOR, pin="258")),
    ("people.pin.digits", new(role=Role.OPERATOR, pin="２５８０")),
    ("people.pin.easy", new(role=Role.OPERATOR, pin="1234")),
    ("people.pin.easy", new(role=Role.OPERATOR, pin="0000")),
    ("people.panel_is_for_operators", new(role=Role.ADMIN, pin="2580")),
    ("people.badge.odd", new(role=Role.OPERATOR, badge="12345")),
    ("people.badge.taken", new(role=Role.OPERATOR, badge=" 0004711815 ")),
    ("people.account.none", change("nobody", lang="en")),
    ("people.account.none", secret("nobody", password=PASSWORD)),
    ("people.panel_is_for_operators", secret("kim", badge="7777777")),
    ("people.last_admin", change("boss", disabled=True)),
    ("people.last_admin", change("BOSS", role=Role.QUALITY)),
    ("people.last_admin", secret("boss", password="")),
    ("people.last_admin", lambda home: home.people.remove(ADMIN, "boss", NOW)),
]


@pytest.mark.parametrize(("code", "act"), REFUSED)
def test_what_is_refused_changes_nothing_and_is_written(home: House, code: str, act: Act) -> None:
    before = home.people.accounts()
    with pytest.raises(PeopleError) as refused:
        act(home)
    assert code_of(refused.value) == code
    assert home.people.accounts() == before
    entry = home.log()[0]
    assert (entry.person, entry.refused) == ("boss", str(refused.value))


OTHERS: list[tuple[str, Callable[[House, SignedIn], Any]]] = [
    ("add", lambda home, by: home.people.add(by, NewAccount("han", Role.QUALITY), NOW)),
    ("role", lambda home, by: home.people.change(by, "kim", NOW, role=Role.ADMIN)),
    ("language", lambda home, by: home.people.change(by, "boss", NOW, lang="en")),
    ("secret", lambda home, by: home.people.set_secret(by, "boss", NOW, password=PASSWORD)),
    ("remove", lambda home, by: home.people.remove(by, "lee", NOW)),
    ("import", lambda home, by: home.people.import_csv(by, "name,role\nhan,admin\n", NOW)),
]


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Permission.PEOPLE)])
@pytest.mark.parametrize(("what", "act"), OTHERS, ids=[what for what, _ in OTHERS])
def test_only_an_administrator_changes_accounts(
    home: House, role: Role, what: str, act: Callable[[House, SignedIn], Any]
) -> None:
    before = home.people.accounts()
    with pytest.raises(ForbiddenError) as refused:
        act(home, SignedIn("kim", role, How.PASSWORD))
    assert home.people.accounts() == before, what
    assert home.log()[0].refused == str(refused.value)


def test_everybody_may_set_his_own_secret(home: House) -> None:
    home.people.set_secret(
        SignedIn("Kim", Role.QUALITY, How.PASSWORD), "kim", NOW, password="n e w 1 2 3"
    )
    assert home.people.by_password("kim", "n e w 1 2 3", NOW)
    with pytest.raises(SignInError):
        home.people.by_password("kim", PASSWORD, NOW)


def test_before_after_and_why_are_written(home: House) -> None:
    home.people.change(ADMIN, "lee", NOW, role=Role.INTEGRATOR, why="new post")
    entry = home.log()[0]
    assert (entry.what, entry.subject, entry.why) == ("account.change", "lee", "new post")
    assert isinstance(entry.before, dict)
    assert isinstance(entry.after, dict)
    assert (entry.before["role"], entry.before["pin"]) == ("operator", True)
    assert (entry.after["role"], entry.after["pin"], entry.after["badge"]) == (
        "integrator", False, False,
    )  # fmt: skip
    assert PASSWORD not in str(home.log())


@pytest.mark.parametrize(
    "act", [new(), change("kim", role=Role.ADMIN), secret("kim", password="n e w 1 2 3")]
)
def test_what_cannot_be_written_is_not_done(
    home: House, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise AuditError("the disk is full")

    before = home.people.accounts()
    monkeypatch.setattr(home.audit, "note", full)
    with pytest.raises(AuditError):
        act(home)
    assert home.people.accounts() == before
    monkeypatch.undo()
    assert home.people.by_password("kim", PASSWORD, NOW)


def test_a_second_administrator_frees_the_first(home: House) -> None:
    home.add("second", Role.ADMIN)
    home.people.change(ADMIN, "boss", NOW, disabled=True)
    with pytest.raises(PeopleError):
        home.people.remove(ADMIN, "second", NOW)
    home.people.change(ADMIN, "boss", NOW, disabled=False)
    home.people.remove(ADMIN, "second", NOW)


def test_the_panel_offers_operators_with_a_pin(home: House) -> None:
    home.add("choi", Role.OPERATOR, pin="1379")
    home.people.change(ADMIN, "choi", NOW, disabled=True)
    assert [one.name for one in home.people.at_panel()] == ["lee"]


# -- first start


def test_the_link_makes_the_first_administrator_once(tmp_path: Path) -> None:
    with house(tmp_path) as empty:
        people = empty.people
        assert people.needs_first_admin()
        old, link = people.first_link(NOW), people.first_link(NOW)
        for token, now in ((old, NOW), ("", NOW), (link, NOW + HOUR)):
            with pytest.raises(PeopleError) as refused:
                people.first_admin(token, "boss", PASSWORD, now)
            assert code_of(refused.value) == "people.first_link"
        link = people.first_link(NOW)
        for name, password in (("boss", ""), ("boss", "short"), ("", PASSWORD)):
            with pytest.raises(PeopleError):
                people.first_admin(link, name, password, NOW)
        begun = people.first_admin(link, "Boss", PASSWORD, NOW)
        assert people.session_of(begun.token, NOW) == begun.signed_in
        assert begun.signed_in.role is Role.ADMIN
        assert not people.needs_first_admin()
        assert people.first_link(NOW) == ""
        with pytest.raises(PeopleError):
            people.first_admin(link, "second", PASSWORD, NOW)
        assert [one.refused == "" for one in empty.log("account.first")].count(True) == 1


# -- lists

GOOD = (
    "\ufeffname,display,role,language,password\r\n"
    "홍길동,,Quality,ko,\r\nhan,Han So,operator,,a b c d e f\r\n"
)
BAD = [
    ("name,role\nhan,admin\nkim,quality\n", 3, "people.account.taken"),
    ("name,role\nhan,admin\npark,quality\nHAN,quality\n", 4, "people.list.twice"),
    ("name,role\nhan,king\n", 2, "people.role.unknown"),
    ("name,role\n\nhan,admin\n=1,admin\n", 4, "people.name.odd"),
    ("name,role\nhan\n", 2, "people.list.cells"),
    ("name,role\nhan,admin,x\n", 2, "people.list.cells"),
    ("name,role,language\nhan,admin,xx\n", 2, "people.language.unknown"),
    ("name,role,password\nhan,admin,short\n", 2, "people.password.length"),
    ("name,role,disabled\nhan,admin,maybe\n", 2, "people.list.disabled"),
    ('name,role\nhan,"adm\n', 2, "people.list.broken"),
]


def test_a_list_is_taken_in_whole_and_out_again(home: House, tmp_path: Path) -> None:
    made = home.people.import_csv(ADMIN, GOOD, NOW, "new shift")
    assert [(one.name, one.role, one.lang) for one in made] == [
        ("홍길동", Role.QUALITY, "ko"), ("han", Role.OPERATOR, ""),
    ]  # fmt: skip
    assert home.people.by_password("HAN", "a b c d e f", NOW)
    home.people.change(ADMIN, "han", NOW, disabled=True)
    out = home.people.export_csv()
    assert "argon2" not in out
    with house(tmp_path / "other") as other:
        other.people.import_csv(ADMIN, out, NOW)
        assert other.people.export_csv() == out


@pytest.mark.parametrize(("text", "line", "code"), BAD)
def test_a_bad_line_is_named_and_nobody_is_added(
    home: House, text: str, line: int, code: str
) -> None:
    before = home.people.accounts()
    with pytest.raises(PeopleError) as refused:
        home.people.import_csv(ADMIN, text, NOW)
    assert f'"line": {line}' in str(refused.value)
    assert code in str(refused.value)
    assert home.people.accounts() == before
    assert home.log("account.import")[0].refused == str(refused.value)


@pytest.mark.parametrize("text", ["", "name\nhan\n", "name,role,role\n", "name,role,shoe size\n"])
def test_a_list_names_its_columns(home: House, text: str) -> None:
    with pytest.raises(PeopleError) as refused:
        home.people.import_csv(ADMIN, text, NOW)
    assert code_of(refused.value) == "people.list.columns"


# -- the database


def test_a_badge_needs_its_key(home: House) -> None:
    (home.keys / "badges.key").unlink()
    with pytest.raises(SignInError):
        home.people.by_badge("0004711815", NOW)
    home.people.set_secret(ADMIN, "lee", NOW, badge="0004711815")
    assert home.people.by_badge("0004711815", NOW)


def test_settings_say_where_the_keys_are(tmp_path: Path) -> None:
    elsewhere = tmp_path / "stick"
    with house(tmp_path / "data", PeopleSettings(keys=elsewhere)):
        assert {one.name for one in elsewhere.iterdir()} >= {"audit.key"}
    assert not (tmp_path / "data" / "keys").exists()


def test_who_has_an_older_name_keeps_it(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as before_the_rule:
        before_the_rule.setattr(rules, "_OF_ADDRESSES", frozenset())
        home.add("a/b")
    assert home.people.by_password("A/b", PASSWORD, NOW).signed_in.name == "a/b"
    home.people.change(ADMIN, "a/b", NOW, display="An b", disabled=True)
    assert home.people.account("a/b").disabled  # type: ignore[union-attr]
    home.people.remove(ADMIN, "a/b", NOW)
    assert home.people.account("a/b") is None


def test_signs_of_addresses_may_stand_in_what_is_only_shown(home: House) -> None:
    home.people.add(ADMIN, NewAccount("han", Role.QUALITY, "Han / night"), NOW)
    assert home.people.account("han").display == "Han / night"  # type: ignore[union-attr]
