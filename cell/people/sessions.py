"""Sessions: begun, found by their token, touched and ended. The server keeps them."""

from __future__ import annotations

import secrets
import sqlite3

from cell.people.account import Begun, Session, folded
from cell.people.desk import Desk, Noted
from cell.people.errors import PeopleError
from cell.people.hashing import digest, new_token
from cell.people.limits import HOUR_NS, MINUTE_NS, Sessions
from cell.people.person import How, SignedIn
from cell.people.roles import Permission, Role, require
from cell.texts import say

_COLUMNS = "id, name, role, how, address, begun_ns, seen_ns, ends_ns"
_OPEN = "ends_ns > ? AND seen_ns + idle_ns > ?"


class OpenSessions(Desk):
    """The part of `People` that keeps sessions."""

    def session_of(self, token: str, now_ns: int) -> SignedIn | None:
        """Who has this session; None: it has ended, or never was."""
        with self._reading(now_ns) as (connection, counts_ns):
            found = connection.execute(
                f"SELECT id, name, role, how, csrf, lang FROM sessions WHERE token = ? AND {_OPEN}",
                (digest(token), counts_ns, counts_ns),
            ).fetchone()
        if found is None:
            return None
        number, name, role, how, csrf, lang = found
        return SignedIn(name, Role(role), How(how), number, csrf, lang)

    def touch(self, token: str, now_ns: int) -> None:
        """Something was done in this session: its idle time begins anew. Writes at most once a
        minute, so that a session may end up to a minute early.
        """
        with self._reading(now_ns) as (connection, counts_ns):
            due = connection.execute(
                f"SELECT 1 FROM sessions WHERE token = ? AND {_OPEN} AND seen_ns <= ?",
                (digest(token), counts_ns, counts_ns, counts_ns - MINUTE_NS),
            ).fetchone()
        if due is not None:
            with self._writing(now_ns) as (connection, counts_ns):
                connection.execute(
                    "UPDATE sessions SET seen_ns = ? WHERE token = ?", (counts_ns, digest(token))
                )

    def sign_out(self, token: str, now_ns: int) -> None:
        """End the own session; nothing happens where it has ended already."""
        by = self.session_of(token, now_ns)
        if by is not None:
            self.end_session(by, by.session, now_ns)

    def sessions(self, now_ns: int, name: str = "") -> list[Session]:
        """Those that are open, all or one person's; newest first."""
        with self._reading(now_ns) as (connection, counts_ns):
            found = connection.execute(
                f"SELECT {_COLUMNS} FROM sessions WHERE {_OPEN} ORDER BY begun_ns DESC",
                (counts_ns, counts_ns),
            ).fetchall()
        all_ = [Session(i, who, Role(r), How(h), *rest) for i, who, r, h, *rest in found]
        return [one for one in all_ if not name or folded(one.name) == folded(name)]

    def end_session(self, by: SignedIn, session: str, now_ns: int) -> None:
        """End one by its public id: everybody his own, an administrator any.

        Raises PeopleError when it is not open, ForbiddenError.
        """
        subject = next((one.name for one in self.sessions(now_ns) if one.id == session), "")

        def act(connection: sqlite3.Connection, _: int) -> tuple[None, Noted]:
            if folded(subject) != folded(by.name):
                require(by.role, Permission.PEOPLE)
            done = connection.execute("DELETE FROM sessions WHERE id = ?", (session,))
            if not done.rowcount:
                raise PeopleError(say("people.session.none"))
            return None, Noted({"session": session}, None)

        self._noted(by, "session.end", subject, "", now_ns, act)

    def end_sessions(self, by: SignedIn, name: str, now_ns: int, why: str = "") -> int:
        """End all of a person, everybody his own, an administrator anybody's; how many there were.
        Raises ForbiddenError.
        """

        def act(connection: sqlite3.Connection, _: int) -> tuple[int, Noted]:
            if folded(name) != folded(by.name):
                require(by.role, Permission.PEOPLE)
            ids = [
                number
                for number, who in connection.execute("SELECT id, name FROM sessions").fetchall()
                if folded(who) == folded(name)
            ]
            connection.executemany("DELETE FROM sessions WHERE id = ?", [(one,) for one in ids])
            return len(ids), Noted({"sessions": len(ids)}, {"sessions": 0})

        return self._noted(by, "session.end_all", name, why, now_ns, act)


def begin(
    connection: sqlite3.Connection,
    who: SignedIn,
    account: int | None,
    address: str,
    lengths: Sessions,
    now_ns: int,
) -> Begun:
    """A new session for `who`, in the caller's transaction."""
    span = lengths.of(who.role, who.how)
    token, csrf, number = new_token(), new_token(), secrets.token_hex(8)
    ends_ns = now_ns + round(span.hours * HOUR_NS)
    connection.execute(
        "INSERT INTO sessions (id, token, account, name, role, how, lang, csrf, address, begun_ns, "
        "seen_ns, idle_ns, ends_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number, digest(token), account, who.name, who.role, who.how, who.lang, csrf, address,
            now_ns, now_ns, round(span.idle_min * MINUTE_NS), ends_ns,
        ),
    )  # fmt: skip
    signed_in = SignedIn(who.name, who.role, who.how, number, csrf, who.lang)
    return Begun(token, signed_in, ends_ns)
