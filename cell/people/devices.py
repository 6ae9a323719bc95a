"""Browsers in which people have signed in before: who guesses elsewhere does not lock them out.

After "Device Cookies" of OWASP. A browser keeps a random word, of which the digest is kept here; it
lets nobody in, it only chooses which counter of misses a try counts for.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from cell.people.hashing import digest, new_token
from cell.people.limits import DAY_NS

KEPT_NS: Final = 180 * DAY_NS
MOST: Final = 16
"""Browsers of one account, the newest ones: each is given tries of its own."""


def is_known(connection: sqlite3.Connection, device: str, account: int | None) -> bool:
    """Whether this person has signed in there before; None: anybody has."""
    condition = "device = ?1 AND (?2 IS NULL OR account = ?2)"
    query = f"SELECT 1 FROM devices WHERE {condition}"
    return connection.execute(query, (digest(device), account)).fetchone() is not None


def remember(connection: sqlite3.Connection, device: str, account: int, now_ns: int) -> str:
    """Note that a person has signed in there; the browser's word from now on. One that nobody has
    given out is not taken on.
    """
    word = device if is_known(connection, device, None) else new_token()
    row = (digest(word), account, now_ns)
    connection.execute("INSERT OR REPLACE INTO devices VALUES (?, ?, ?)", row)
    connection.execute(
        "DELETE FROM devices WHERE seen_ns < ?1 OR account = ?2 AND device NOT IN "
        "(SELECT device FROM devices WHERE account = ?2 ORDER BY seen_ns DESC LIMIT ?3)",
        (now_ns - KEPT_NS, account, MOST),
    )
    return word


def forget_all(connection: sqlite3.Connection, account: int) -> None:
    """The person has a new secret: he begins anew everywhere."""
    connection.execute("DELETE FROM devices WHERE account = ?", (account,))
