"""Tokens for programs: named, shown once, with an end, and never more allowed than their owner."""

from __future__ import annotations

import secrets
import sqlite3

from cell.people.account import Account, NewToken, Token, folded
from cell.people.account_rows import required
from cell.people.desk import Desk, Noted
from cell.people.errors import PeopleError
from cell.people.hashing import digest, new_token
from cell.people.limits import DAY_NS, HOUR_NS
from cell.people.person import How, SignedIn
from cell.people.roles import TABLE, Permission, Role, require
from cell.people.rules import a_label
from cell.texts import say

MOST_DAYS = 366
_PREFIX = "cell_"
"""By which people and programs that look for leaked secrets know one."""
_ALL = (
    "SELECT t.id, t.label, a.name, t.role, t.made_ns, t.ends_ns, t.used_ns "
    "FROM tokens AS t JOIN accounts AS a ON a.number = t.account WHERE t.ends_ns > ?"
)


class Programs(Desk):
    """The part of `People` that keeps tokens."""

    def make_token(
        self, by: SignedIn, label: str, role: Role, days: int, now_ns: int, why: str = ""
    ) -> NewToken:
        """A token for a program that acts for `by`, with a role that may no more than he may.

        Raises PeopleError, ForbiddenError.
        """
        text = _PREFIX + new_token()

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[NewToken, Noted]:
            require(by.role, Permission.TOKENS)
            if by.how is How.TOKEN:
                raise PeopleError(say("people.token.by_token"))
            owner = required(connection, by.name).account
            if not TABLE[role] <= TABLE[owner.role]:
                raise PeopleError(say("people.token.role", role=role, own=owner.role))
            if not 1 <= days <= MOST_DAYS:
                raise PeopleError(say("people.token.days", most=MOST_DAYS))
            made = Token(
                secrets.token_hex(8), a_label(label), owner.name, role, counts_ns,
                counts_ns + days * DAY_NS, 0,
            )  # fmt: skip
            connection.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                (
                    made.id, digest(text), owner.number, made.label, role, made.made_ns,
                    made.ends_ns,
                ),
            )  # fmt: skip
            return NewToken(text, made), Noted(None, _told(made))

        return self._noted(by, "token.make", label, why, now_ns, act)

    def token_of(self, text: str, now_ns: int) -> SignedIn | None:
        """For whom a program acts; None: the token has ended, or never was."""
        with self._reading(now_ns) as (connection, counts_ns):
            found = connection.execute(
                "SELECT t.id, a.name, t.role, a.lang, t.used_ns FROM tokens AS t "
                "JOIN accounts AS a ON a.number = t.account "
                "WHERE t.token = ? AND t.ends_ns > ? AND NOT a.disabled",
                (digest(text), counts_ns),
            ).fetchone()
        if found is None:
            return None
        number, name, role, lang, used_ns = found
        if counts_ns - used_ns > HOUR_NS:
            with self._writing(now_ns) as (connection, counts_ns):
                connection.execute(
                    "UPDATE tokens SET used_ns = ? WHERE id = ?", (counts_ns, number)
                )
        return SignedIn(name, Role(role), How.TOKEN, number, lang=lang)

    def tokens(self, now_ns: int, owner: str = "") -> list[Token]:
        """Those that are valid, all or one person's; newest first."""
        with self._reading(now_ns) as (connection, counts_ns):
            found = connection.execute(f"{_ALL} ORDER BY t.made_ns DESC", (counts_ns,)).fetchall()
        all_ = [Token(i, label, who, Role(r), *rest) for i, label, who, r, *rest in found]
        return [one for one in all_ if not owner or folded(one.owner) == folded(owner)]

    def end_token(self, by: SignedIn, token: str, now_ns: int, why: str = "") -> None:
        """End one by its public id: everybody his own, an administrator any.

        Raises PeopleError when there is none, ForbiddenError.
        """
        subject = next((one for one in self.tokens(now_ns) if one.id == token), None)

        def act(connection: sqlite3.Connection, _: int) -> tuple[None, Noted]:
            if subject is None or folded(subject.owner) != folded(by.name):
                require(by.role, Permission.PEOPLE)
            done = connection.execute("DELETE FROM tokens WHERE id = ?", (token,))
            if subject is None or not done.rowcount:
                raise PeopleError(say("people.token.none"))
            return None, Noted(_told(subject), None)

        self._noted(by, "token.end", subject.label if subject else token, why, now_ns, act)


def end_beyond(connection: sqlite3.Connection, owner: Account) -> None:
    """End the tokens that the account does not cover (any more), in the caller's transaction."""
    for number, role in connection.execute(
        "SELECT id, role FROM tokens WHERE account = ?", (owner.number,)
    ).fetchall():
        if owner.disabled or not TABLE[Role(role)] <= TABLE[owner.role]:
            connection.execute("DELETE FROM tokens WHERE id = ?", (number,))


def _told(token: Token) -> dict[str, str | int]:
    return {
        "id": token.id,
        "owner": token.owner,
        "role": str(token.role),
        "ends_ns": token.ends_ns,
    }
