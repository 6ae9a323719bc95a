"""The first start: a link for whoever can see the console, which makes the first administrator."""

from __future__ import annotations

import hmac
import sqlite3

from cell.people.account import Begun, NewAccount
from cell.people.account_secrets import Hashed
from cell.people.accounts import Accounts, make
from cell.people.desk import Noted
from cell.people.errors import PeopleError
from cell.people.hashing import digest, new_token
from cell.people.limits import HOUR_NS
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.people.rules import a_name
from cell.people.sessions import begin
from cell.texts import say


class FirstStart(Accounts):
    """The part of `People` for a cell without accounts."""

    def needs_first_admin(self) -> bool:
        """Whether there is no account at all."""
        with self._database.reading() as connection:
            return not _accounts(connection)

    def first_link(self, now_ns: int) -> str:
        """A new one-time token for `first_admin`, valid for an hour; the one of before is void.
        '' where there is an account already.
        """
        token = new_token()
        with self._writing(now_ns) as (connection, counts_ns):
            if _accounts(connection):
                return ""
            connection.execute(
                "INSERT OR REPLACE INTO first_link VALUES (1, ?, ?)",
                (digest(token), counts_ns + HOUR_NS),
            )
        return token

    def first_admin(
        self, token: str, name: str, password: str, now_ns: int, address: str = ""
    ) -> Begun:
        """Make the first account with the link's token, and sign it in.

        Raises PeopleError for a link that is over, used, or another one, and for an odd name or
        password; the link stays valid then.
        """
        new = NewAccount(name, Role.ADMIN, password=password)
        by = SignedIn(name, Role.ADMIN, How.PASSWORD)

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[Begun, Noted]:
            _require(connection, token, counts_ns)
            account = make(connection, new, hashed, counts_ns)
            who = SignedIn(account.name, account.role, How.PASSWORD)
            lengths = self._settings.sessions
            begun = begin(connection, who, account.number, address, lengths, counts_ns)
            return begun, Noted(None, account.told())

        def checked() -> Hashed:
            with self._reading(now_ns) as (connection, counts_ns):
                _require(connection, token, counts_ns)
            if not password:
                raise PeopleError(say("people.password.none"))
            return self.hashed(a_name(name), Role.ADMIN, {"password": password})

        hashed = self._checked(by, "account.first", name, "", checked)
        return self._noted(by, "account.first", name, "", now_ns, act)


def _accounts(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM accounts LIMIT 1").fetchone() is not None


def _require(connection: sqlite3.Connection, token: str, counts_ns: int) -> None:
    found = connection.execute("SELECT token, ends_ns FROM first_link").fetchone()
    fits = found is not None and hmac.compare_digest(found[0], digest(token))
    if _accounts(connection) or not fits or found[1] <= counts_ns:
        raise PeopleError(say("people.first_link"))
