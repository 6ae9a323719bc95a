"""Signing in by password, PIN, badge or the company's accounts."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import NamedTuple

from cell.people.account import Account, Begun, folded
from cell.people.account_rows import Row, by_name, rows
from cell.people.desk import Desk, Noted
from cell.people.devices import is_known, remember
from cell.people.errors import SignInError
from cell.people.hashing import badge_digest
from cell.people.keys import BADGES, read_key
from cell.people.lockout import (
    Counter,
    count_try,
    forget,
    of_address,
    of_device,
    of_name,
    of_session,
    take_back,
)
from cell.people.person import How, SignedIn
from cell.people.providing import PROVIDER, provided
from cell.people.roles import Role
from cell.people.sessions import begin
from cell.texts import say

NOBODY = SignedIn("(nobody)", Role.OPERATOR, How.PASSWORD)
"""Who has not proven who he is, in the log."""
DEMO = "demo"


class _Try(NamedTuple):
    """Somebody wants to sign in. `row`: None for somebody unknown."""

    how: How
    row: Row | None
    secret: str
    address: str
    device: str
    counters: list[Counter]


class SigningIn(Desk):
    """The part of `People` that lets people in."""

    def by_password(
        self, name: str, password: str, now_ns: int, address: str = "", device: str = ""
    ) -> Begun:
        """Sign in by name and password. address: from where, '' where that is not known; device:
        the word that the browser was given, '' if none (`Begun.device`).

        Raises SignInError; its `wait_s` is above 0 while the name or the address has to wait. In a
        browser that knows the name, nobody else's misses make it wait.
        """
        return self._by_name(How.PASSWORD, name, password, now_ns, address, device)

    def by_pin(
        self, name: str, pin: str, now_ns: int, address: str = "", device: str = ""
    ) -> Begun:
        """Sign in at the shared panel by name and PIN. Raises SignInError."""
        return self._by_name(How.PIN, name, pin, now_ns, address, device)

    def by_badge(self, badge: str, now_ns: int, address: str = "", device: str = "") -> Begun:
        """Sign in at the shared panel by what the badge reader typed; a panel that somebody has
        used before waits for nobody else's misses. Raises SignInError.
        """
        key = read_key(self._keys, BADGES)
        with self._writing(now_ns) as (connection, counts_ns):
            found = [] if key is None else self._with_badge(connection, key, badge)
            counters = self._of_address(address)
            if is_known(connection, device, None):
                counters = [of_device(device, "", self._settings.lockout)]
            count_try(connection, counters, self._settings.lockout, counts_ns)
        row = found[0] if found else None
        return self._prove(_Try(How.BADGE, row, badge.strip(), address, device, counters), now_ns)

    def by_provider(
        self, provider: str, name: str, display: str, role: Role, now_ns: int, address: str = ""
    ) -> Begun:
        """Sign in somebody whom the company's provider vouches for; his account is made the first
        time, and has the role that the provider gives each time.

        provider: 'issuer subject', which never changes for a person. Raises SignInError when the
        account is disabled or the name is another person's, PeopleError for an odd name.
        """

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[Begun, Noted]:
            row = provided(connection, provider, name, display, role, self._notes, counts_ns)
            return self._begin(connection, row.account, How.PROVIDER, address, counts_ns)

        return self._noted(PROVIDER, "session.begin", name, "", now_ns, act)

    def demo(
        self, now_ns: int, lang: str = "", address: str = "", role: Role = Role.OPERATOR
    ) -> Begun:
        """Sign in the demo's operator, who has no account. role: another one, where people
        practise. Raises SignInError once there is an account.
        """
        who = SignedIn(DEMO, role, How.DEMO, lang=lang)

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[Begun, Noted]:
            if connection.execute("SELECT 1 FROM accounts").fetchone():
                raise SignInError(say("signin.no_demo"))
            begun = begin(connection, who, None, address, self._settings.sessions, counts_ns)
            return begun, Noted(None, _told(begun, address))

        return self._noted(who, "session.begin", DEMO, "", now_ns, act)

    def prove(self, by: SignedIn, password: str, now_ns: int, address: str = "") -> None:
        """Somebody who has signed in gives his password again, before something that matters.

        Raises SignInError when it is wrong.
        """
        counters = [of_session(by.session, self._settings.lockout)]
        with self._writing(now_ns) as (connection, counts_ns):
            count_try(connection, counters, self._settings.lockout, counts_ns)
            row = by_name(connection, by.name)
        tried = _Try(How.PASSWORD, row, password, address, "", counters)
        self._require_right(tried, "account.prove")
        with self._writing(now_ns) as (connection, _):
            self._clear(connection, tried)

    def _by_name(
        self, how: How, name: str, secret: str, now_ns: int, address: str, device: str
    ) -> Begun:
        limits = self._settings.lockout
        with self._writing(now_ns) as (connection, counts_ns):
            row = by_name(connection, name)
            counters = [of_name(folded(name), limits), *self._of_address(address)]
            if row is not None and is_known(connection, device, row.account.number):
                counters = [of_device(device, folded(name), limits)]
            count_try(connection, counters, limits, counts_ns)
        return self._prove(_Try(how, row, secret, address, device, counters), now_ns)

    def _prove(self, tried: _Try, now_ns: int) -> Begun:
        """Look at the secret, outside of any transaction since that takes its time."""
        row, fresh = self._require_right(tried, "session.begin")
        by = SignedIn(row.account.name, row.account.role, tried.how)

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[Begun, Noted]:
            if by_name(connection, row.account.name) != row:  # changed meanwhile
                raise SignInError(say("signin.wrong"))
            if fresh is not None:
                connection.execute(
                    f"UPDATE accounts SET {tried.how} = ? WHERE number = ?",
                    (fresh, row.account.number),
                )
            begun, noted = self._begin(connection, row.account, tried.how, tried.address, counts_ns)
            self._clear(connection, tried)
            device = remember(connection, tried.device, row.account.number, counts_ns)
            return replace(begun, device=device), noted

        return self._noted(by, "session.begin", row.account.name, "", now_ns, act)

    def _require_right(self, tried: _Try, what: str) -> tuple[Row, str | None]:
        """The row whose secret it is, and its hash anew where that is due. Raises SignInError."""
        row = tried.row
        kept = None if row is None else getattr(row, tried.how)
        right, fresh = self._hashing.verify(tried.secret, kept)
        if right and row is not None:
            return row, fresh
        refused = say("signin.wrong")
        subject = "" if row is None else row.account.name  # what was typed may be a password
        nobody = replace(NOBODY, how=tried.how)
        self._notes.note(nobody, what, subject, after={"from": tried.address}, refused=refused)
        raise SignInError(refused)

    def _begin(
        self,
        connection: sqlite3.Connection,
        account: Account,
        how: How,
        address: str,
        counts_ns: int,
    ) -> tuple[Begun, Noted]:
        if account.disabled:
            raise SignInError(say("signin.disabled", name=account.name))
        who = SignedIn(account.name, account.role, how, lang=account.lang)
        lengths = self._settings.sessions
        begun = begin(connection, who, account.number, address, lengths, counts_ns)
        return begun, Noted(None, _told(begun, address))

    def _clear(self, connection: sqlite3.Connection, tried: _Try) -> None:
        """The try was right: the name's misses are forgotten, the address gets this one back."""
        for counter in tried.counters:
            if counter.shared:
                take_back(connection, counter)
            else:
                forget(connection, counter)

    def _with_badge(self, connection: sqlite3.Connection, key: bytes, badge: str) -> list[Row]:
        return rows(connection, "badge_digest = ?", badge_digest(key, badge))

    def _of_address(self, address: str) -> list[Counter]:
        return [of_address(address, self._settings.lockout)] if address else []


def _told(begun: Begun, address: str) -> dict[str, str]:
    return {"session": begun.signed_in.session, "how": str(begun.signed_in.how), "from": address}
