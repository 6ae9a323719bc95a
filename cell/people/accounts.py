"""Accounts: made, changed, disabled, removed. Each time it is written who did it, and why."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from cell.people.account import Account, NewAccount, folded
from cell.people.account_rows import (
    by_name,
    end_open,
    insert,
    require_free,
    require_other_admin,
    required,
    rows,
)
from cell.people.desk import Desk, Noted
from cell.people.errors import PeopleError
from cell.people.hashing import badge_digest
from cell.people.keys import BADGES, make_key, read_key
from cell.people.person import SignedIn
from cell.people.roles import Permission, Role, require
from cell.people.rules import a_badge, a_display, a_language, a_name, a_password, a_pin
from cell.people.tokens import end_beyond
from cell.texts import say

Hashed = Mapping[str, Any]
"""What is kept of secrets: columns of an account and their values."""


class Accounts(Desk):
    """The part of `People` that keeps accounts."""

    def accounts(self) -> list[Account]:
        """All of them, by name."""
        with self._database.reading() as connection:
            return [row.account for row in rows(connection)]

    def account(self, name: str) -> Account | None:
        """The one of this name, however it is written."""
        with self._database.reading() as connection:
            found = by_name(connection, name)
        return None if found is None else found.account

    def at_panel(self) -> list[Account]:
        """Those that the shared panel offers: enabled, with a PIN."""
        return [one for one in self.accounts() if one.pin and not one.disabled]

    def add(self, by: SignedIn, new: NewAccount, now_ns: int, why: str = "") -> Account:
        """Make an account. Raises PeopleError, ForbiddenError."""

        def checked() -> Hashed:
            require(by.role, Permission.PEOPLE)
            with self._database.reading() as connection:
                require_free(connection, a_name(new.name))
            return self.hashed(new.name, new.role, _secrets(new))

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[Account, Noted]:
            account = make(connection, new, hashed, counts_ns)
            return account, Noted(None, account.told())

        hashed = self._checked(by, "account.add", new.name, why, checked)
        return self._noted(by, "account.add", new.name, why, now_ns, act)

    def change(
        self,
        by: SignedIn,
        name: str,
        now_ns: int,
        *,
        display: str | None = None,
        role: Role | None = None,
        lang: str | None = None,
        disabled: bool | None = None,
        why: str = "",
    ) -> Account:
        """Change what is not None; everybody may change his own language.

        Another role, or being disabled, ends the person's sessions, and the tokens that it does not
        cover any more. Who is no operator any more loses PIN and badge. Raises PeopleError,
        ForbiddenError.
        """

        def act(connection: sqlite3.Connection, _: int) -> tuple[Account, Noted]:
            if folded(name) != folded(by.name) or (display, role, disabled) != (None, None, None):
                require(by.role, Permission.PEOPLE)
            before = required(connection, name).account
            wanted: dict[str, Any] = {
                "display": None if display is None else a_display(display) or before.name,
                "role": role,
                "lang": None if lang is None else a_language(lang),
                "disabled": disabled,
            }
            if disabled or role not in (None, Role.ADMIN):
                require_other_admin(connection, before)
            if role is not None and before.provider:
                raise PeopleError(say("people.provider_decides", name=before.name))
            if role not in (None, Role.OPERATOR):
                _set(connection, before.number, {"pin": None, "badge": None, "badge_digest": None})
            _set(connection, before.number, {k: v for k, v in wanted.items() if v is not None})
            after = required(connection, name).account
            if after.disabled or after.role is not before.role:
                end_open(connection, before.number)
                end_beyond(connection, after)
            return after, Noted(before.told(), after.told())

        return self._noted(by, "account.change", name, why, now_ns, act)

    def set_secret(
        self,
        by: SignedIn,
        name: str,
        now_ns: int,
        *,
        password: str | None = None,
        pin: str | None = None,
        badge: str | None = None,
        why: str = "",
    ) -> Account:
        """Set what is not None, '' takes it away; the person's sessions end. Everybody may set his
        own (let him `prove` who he is before), an administrator anybody's.

        Raises PeopleError, ForbiddenError.
        """
        asked = {"password": password, "pin": pin, "badge": badge}
        given = {kind: secret for kind, secret in asked.items() if secret is not None}

        def checked() -> Hashed:
            if folded(name) != folded(by.name):
                require(by.role, Permission.PEOPLE)
            with self._database.reading() as connection:
                account = required(connection, name).account
            if account.provider:
                raise PeopleError(say("people.provider_decides", name=account.name))
            return self.hashed(account.name, account.role, given)

        def act(connection: sqlite3.Connection, _: int) -> tuple[Account, Noted]:
            before = required(connection, name).account
            if password == "":
                require_other_admin(connection, before)
            if (pin or badge) and before.role is not Role.OPERATOR:  # changed meanwhile
                raise PeopleError(say("people.panel_is_for_operators"))
            require_badge_free(connection, hashed, before.number)
            _set(connection, before.number, hashed)
            end_open(connection, before.number)
            after = required(connection, name).account
            return after, Noted(before.told(), after.told() | {"set": sorted(given)})

        hashed = self._checked(by, "account.secret", name, why, checked)
        return self._noted(by, "account.secret", name, why, now_ns, act)

    def remove(self, by: SignedIn, name: str, now_ns: int, why: str = "") -> None:
        """Delete an account, with its sessions and tokens. What it did stays in the log.

        Raises PeopleError, ForbiddenError.
        """

        def act(connection: sqlite3.Connection, _: int) -> tuple[None, Noted]:
            require(by.role, Permission.PEOPLE)
            before = required(connection, name).account
            require_other_admin(connection, before)
            connection.execute("DELETE FROM accounts WHERE number = ?", (before.number,))
            return None, Noted(before.told(), None)

        self._noted(by, "account.remove", name, why, now_ns, act)

    def hashed(self, name: str, role: Role, secrets: Mapping[str, str]) -> Hashed:
        """What is to be kept of secrets by their kind; '' takes one away. Takes its time.

        Raises PeopleError for one that does not do.
        """
        columns: dict[str, Any] = {}
        if secret := secrets.get("password"):
            columns["password"] = a_password(secret, name)
        if secret := secrets.get("pin"):
            columns["pin"] = a_pin(secret, role)
        if secret := secrets.get("badge"):
            columns["badge"] = a_badge(secret, role)
            key = read_key(self._keys, BADGES) or make_key(self._keys, BADGES)
            columns["badge_digest"] = badge_digest(key, secret)
        for kind in ("password", "pin", "badge"):
            if kind in columns:
                columns[kind] = self._hashing.hash(columns[kind])
        columns |= {kind: None for kind, secret in secrets.items() if not secret}
        if secrets.get("badge") == "":
            columns["badge_digest"] = None
        return columns


def make(connection: sqlite3.Connection, new: NewAccount, hashed: Hashed, now_ns: int) -> Account:
    """A new account with its secrets, in the caller's transaction. Raises PeopleError."""
    name = a_name(new.name)
    require_free(connection, name)
    display = a_display(new.display) or name
    number = insert(connection, name, display, new.role, a_language(new.lang), now_ns)
    require_badge_free(connection, hashed, number)
    _set(connection, number, {**hashed, "disabled": new.disabled})
    return required(connection, name).account


def require_badge_free(connection: sqlite3.Connection, hashed: Hashed, number: int) -> None:
    """Raises PeopleError for a badge that another person has."""
    digest = hashed.get("badge_digest")
    if digest and rows(connection, "badge_digest = ? AND number != ?", digest, number):
        raise PeopleError(say("people.badge.taken"))


def _secrets(new: NewAccount) -> dict[str, str]:
    given = {"password": new.password, "pin": new.pin, "badge": new.badge}
    return {kind: secret for kind, secret in given.items() if secret}


def _set(connection: sqlite3.Connection, number: int, columns: Mapping[str, Any]) -> None:
    for column, value in columns.items():
        connection.execute(f"UPDATE accounts SET {column} = ? WHERE number = ?", (value, number))
