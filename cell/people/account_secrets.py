"""Passwords, PINs and badges of accounts: checked, hashed, and set."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from cell.people.account import Account, folded
from cell.people.account_rows import end_open, require_other_admin, required, rows
from cell.people.desk import Desk, Noted
from cell.people.devices import forget_all
from cell.people.errors import PeopleError
from cell.people.hashing import badge_digest
from cell.people.keys import BADGES, make_key, read_key
from cell.people.lockout import forget, of_name
from cell.people.person import SignedIn
from cell.people.roles import Permission, Role, require
from cell.people.rules import a_badge, a_password, a_pin
from cell.texts import say

Hashed = Mapping[str, Any]
"""What is kept of secrets: columns of an account and their values."""


class Secrets(Desk):
    """The part of `People` that keeps secrets."""

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
        """Set what is not None, '' takes it away; the person's sessions end, and so does a wait
        after wrong tries. Everybody may set his own (let him `prove` who he is before), an
        administrator anybody's.

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
            set_columns(connection, before.number, hashed)
            end_open(connection, before.number)
            forget(connection, of_name(folded(before.name), self._settings.lockout))
            forget_all(connection, before.number)
            after = required(connection, name).account
            return after, Noted(before.told(), after.told() | {"set": sorted(given)})

        hashed = self._checked(by, "account.secret", name, why, checked)
        return self._noted(by, "account.secret", name, why, now_ns, act)

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


def require_badge_free(connection: sqlite3.Connection, hashed: Hashed, number: int) -> None:
    """Raises PeopleError for a badge that another person has."""
    digest = hashed.get("badge_digest")
    if digest and rows(connection, "badge_digest = ? AND number != ?", digest, number):
        raise PeopleError(say("people.badge.taken"))


def set_columns(connection: sqlite3.Connection, number: int, columns: Mapping[str, Any]) -> None:
    """Set columns of an account, in the caller's transaction."""
    for column, value in columns.items():
        connection.execute(f"UPDATE accounts SET {column} = ? WHERE number = ?", (value, number))
