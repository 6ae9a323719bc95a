"""Guessing is stopped: each miss counts, and after some of them nobody is asked for a while.

A try is counted before its secret is looked at, so that many tries at once are no way around it;
who was right is given it back. Names that do not exist are counted alike.
"""

from __future__ import annotations

import hashlib
import ipaddress
import sqlite3
from dataclasses import dataclass

from cell.people.errors import SignInError
from cell.people.limits import DAY_NS, HOUR_NS, SECOND_NS, Lockout
from cell.texts import say


@dataclass(frozen=True, slots=True)
class Counter:
    """One name, or one address that people share: after `misses` it waits; a quiet time of
    `forget_ns` clears it.
    """

    who: bytes
    misses: int
    forget_ns: int
    shared: bool = False


def of_name(folded: str, limits: Lockout) -> Counter:
    """The counter of a name, as it is compared."""
    return Counter(_digest("name", folded), limits.misses, DAY_NS)


def of_address(address: str, limits: Lockout) -> Counter:
    """The counter of an address; of IPv6 the network that one subscriber has."""
    return Counter(_digest("address", _place(address)), limits.address_misses, HOUR_NS, True)


def of_device(device: str, folded: str, limits: Lockout) -> Counter:
    """The counter of a name in a browser that knows it; '' for the badges that are read there."""
    return Counter(_digest("device", f"{device}\n{folded}"), limits.misses, DAY_NS)


def of_session(session: str, limits: Lockout) -> Counter:
    """The counter of somebody who has signed in and proves it once more."""
    return Counter(_digest("session", session), limits.misses, DAY_NS)


def count_try(
    connection: sqlite3.Connection, counters: list[Counter], limits: Lockout, now_ns: int
) -> None:
    """Count a try. Raises SignInError, and counts nothing, while one of them has to wait."""
    states = [_state(connection, one, now_ns) for one in counters]
    wait_ns = max((until_ns - now_ns for _, until_ns in states), default=0)
    if wait_ns > 0:
        seconds = -(-wait_ns // SECOND_NS)
        raise SignInError(say("signin.locked", seconds=seconds), wait_s=seconds)
    for one, (count, _) in zip(counters, states, strict=True):
        until_ns = now_ns + _wait_ns(count + 1 - one.misses, limits)
        connection.execute(
            "INSERT OR REPLACE INTO misses VALUES (?, ?, ?, ?)",
            (one.who, count + 1, now_ns, until_ns),
        )
    connection.execute("DELETE FROM misses WHERE last_ns < ?", (now_ns - DAY_NS,))


def take_back(connection: sqlite3.Connection, counter: Counter) -> None:
    """The try was right: it is not counted, and no wait follows from it."""
    connection.execute(
        "UPDATE misses SET count = max(count - 1, 0), until_ns = 0 WHERE who = ?", (counter.who,)
    )


def forget(connection: sqlite3.Connection, counter: Counter) -> None:
    """The person of this name was here: all misses are forgotten."""
    connection.execute("DELETE FROM misses WHERE who = ?", (counter.who,))


def _state(connection: sqlite3.Connection, counter: Counter, now_ns: int) -> tuple[int, int]:
    """Misses so far and until when it waits."""
    row = connection.execute(
        "SELECT count, last_ns, until_ns FROM misses WHERE who = ?", (counter.who,)
    ).fetchone()
    if row is None or (now_ns - row[1] > counter.forget_ns and row[2] <= now_ns):
        return 0, 0
    return int(row[0]), int(row[2])


def _wait_ns(beyond: int, limits: Lockout) -> int:
    """How long to wait after the limit was reached and passed `beyond` times."""
    if beyond < 0:
        return 0
    wait_s = float(min(limits.first_s * 2 ** min(beyond, 30), limits.longest_s))
    return round(wait_s * SECOND_NS)


def _place(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.IPv6Network((int(found), 64), strict=False))
    return str(getattr(found, "ipv4_mapped", None) or found)


def _digest(kind: str, words: str) -> bytes:
    """People type passwords where names belong: what they typed is not kept."""
    return hashlib.sha256(f"{kind}\n{words}".encode("utf-8", "replace")).digest()
