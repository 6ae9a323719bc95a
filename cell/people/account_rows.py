"""Accounts as rows: found, counted, told."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from cell.people.account import Account, folded
from cell.people.errors import PeopleError
from cell.people.roles import Role
from cell.texts import say

_COLUMNS = "number, name, display, role, disabled, lang, password, pin, badge, provider"


class Row(NamedTuple):
    """An account with the hashes of its secrets, None where it has none."""

    account: Account
    password: str | None
    pin: str | None
    badge: str | None


def rows(connection: sqlite3.Connection, where: str = "true", *values: object) -> list[Row]:
    """Accounts by name."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM accounts WHERE {where} ORDER BY folded", values
    )
    return [_row(*one) for one in found]


def by_name(connection: sqlite3.Connection, name: str) -> Row | None:
    """The account of this name, however it is written."""
    return next(iter(rows(connection, "folded = ?", folded(name))), None)


def required(connection: sqlite3.Connection, name: str) -> Row:
    """The account of this name. Raises PeopleError if there is none."""
    found = by_name(connection, name)
    if found is None:
        raise PeopleError(say("people.account.none", name=name))
    return found


def require_free(connection: sqlite3.Connection, name: str) -> None:
    """Raises PeopleError for a name that somebody has."""
    found = by_name(connection, name)
    if found is not None:
        raise PeopleError(say("people.account.taken", name=found.account.name))


def require_other_admin(connection: sqlite3.Connection, account: Account) -> None:
    """Raises PeopleError if nobody else could let people in afterwards."""
    others = connection.execute(
        "SELECT count(*) FROM accounts WHERE role = ? AND NOT disabled AND number != ? "
        "AND password IS NOT NULL",
        (Role.ADMIN, account.number),
    ).fetchone()[0]
    if account.role is Role.ADMIN and not account.disabled and not others:
        raise PeopleError(say("people.last_admin", name=account.name))


def insert(
    connection: sqlite3.Connection,
    name: str,
    display: str,
    role: Role,
    lang: str,
    now_ns: int,
    *,
    provider: str | None = None,
) -> int:
    """A new account without secrets; its number. Whoever shows the demo now has to sign in."""
    made = connection.execute(
        "INSERT INTO accounts (name, folded, display, role, lang, provider, made_ns) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, folded(name), display, role, lang, provider, now_ns),
    )
    connection.execute("DELETE FROM sessions WHERE account IS NULL")
    connection.execute("DELETE FROM first_link")
    return int(made.lastrowid or 0)


def end_open(connection: sqlite3.Connection, number: int) -> int:
    """End an account's sessions; how many there were."""
    return connection.execute("DELETE FROM sessions WHERE account = ?", (number,)).rowcount


def _row(
    number: int,
    name: str,
    display: str,
    role: str,
    disabled: int,
    lang: str,
    password: str | None,
    pin: str | None,
    badge: str | None,
    provider: str | None,
) -> Row:
    account = Account(
        number, name, display, Role(role), bool(disabled), lang, password is not None,
        pin is not None, badge is not None, provider or "",
    )  # fmt: skip
    return Row(account, password, pin, badge)
