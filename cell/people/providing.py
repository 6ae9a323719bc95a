"""Accounts of people whom the company's provider vouches for."""

from __future__ import annotations

import sqlite3

from cell.people.account_rows import Row, by_name, end_open, insert, rows
from cell.people.errors import SignInError
from cell.people.noting import Notes
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.people.rules import a_display, a_name
from cell.texts import say

PROVIDER = SignedIn("(provider)", Role.ADMIN, How.PROVIDER)
"""The company's provider, where it makes or changes an account."""


def provided(
    connection: sqlite3.Connection,
    provider: str,
    name: str,
    display: str,
    role: Role,
    notes: Notes,
    now_ns: int,
) -> Row:
    """The person's account as the provider has it, in the caller's transaction.

    provider: 'issuer subject'. Raises SignInError when the name is another person's.
    """
    found = next(iter(rows(connection, "provider = ?", provider)), None)
    if found is None:
        return _make(connection, provider, name, display, role, notes, now_ns)
    before = found.account
    if before.role is role or before.disabled:
        return found
    connection.execute("UPDATE accounts SET role = ? WHERE number = ?", (role, before.number))
    end_open(connection, before.number)
    after = rows(connection, "provider = ?", provider)[0]
    notes.note(
        PROVIDER, "account.change", before.name, before=before.told(), after=after.account.told()
    )
    return after


def _make(
    connection: sqlite3.Connection,
    provider: str,
    name: str,
    display: str,
    role: Role,
    notes: Notes,
    now_ns: int,
) -> Row:
    name = a_name(name)
    if by_name(connection, name) is not None:
        raise SignInError(say("signin.name_taken", name=name))
    insert(connection, name, a_display(display) or name, role, "", now_ns, provider=provider)
    made = rows(connection, "provider = ?", provider)[0]
    notes.note(PROVIDER, "account.add", name, after=made.account.told())
    return made
