"""Accounts: made, changed, disabled, removed. Each time it is written who did it, and why."""

from __future__ import annotations

import sqlite3
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
from cell.people.account_secrets import Hashed, Secrets, require_badge_free, set_columns
from cell.people.desk import Noted
from cell.people.errors import PeopleError
from cell.people.person import SignedIn
from cell.people.roles import Permission, Role, require
from cell.people.rules import a_display, a_language, a_name
from cell.people.tokens import end_beyond
from cell.texts import say

_NO_PANEL: Hashed = {"pin": None, "badge": None, "badge_digest": None}


class Accounts(Secrets):
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
                set_columns(connection, before.number, _NO_PANEL)
            given = {column: value for column, value in wanted.items() if value is not None}
            set_columns(connection, before.number, given)
            after = required(connection, name).account
            if after.disabled or after.role is not before.role:
                end_open(connection, before.number)
                end_beyond(connection, after)
            return after, Noted(before.told(), after.told())

        return self._noted(by, "account.change", name, why, now_ns, act)

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


def make(connection: sqlite3.Connection, new: NewAccount, hashed: Hashed, now_ns: int) -> Account:
    """A new account with its secrets, in the caller's transaction. Raises PeopleError."""
    name = a_name(new.name)
    require_free(connection, name)
    display = a_display(new.display) or name
    number = insert(connection, name, display, new.role, a_language(new.lang), now_ns)
    require_badge_free(connection, hashed, number)
    set_columns(connection, number, {**hashed, "disabled": new.disabled})
    return required(connection, name).account


def _secrets(new: NewAccount) -> dict[str, str]:
    given = {"password": new.password, "pin": new.pin, "badge": new.badge}
    return {kind: secret for kind, secret in given.items() if secret}
