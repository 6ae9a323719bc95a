"""By which names browsers may call the cell, and whether it was one of its own pages that sent them.

A foreign page that makes its own host name point at the cell (a rebound name) still sends that name;
one that frames the cell's pages, or calls them from its script, sends its own origin.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from cell.config.people import PeopleConfig

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that only read."""
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::\d{1,5})?")


class Door:
    """served_on: the configured address."""

    def __init__(self, people: PeopleConfig, served_on: str) -> None:
        self._people, self._served_on = people, served_on.casefold()

    def knows(self, connection: HTTPConnection) -> bool:
        """Whether the cell was called by a name of its own: one of this computer, the configured
        ones, or the very address at which the connection came in.
        """
        match connection.headers.getlist("host"):
            case [host] if found := _HOST.fullmatch(host):
                name = found[1].strip("[]").casefold()
            case _:
                return False
        if name == self._served_on or self._people.allows(name):
            return True
        address = _address(name)
        return address is not None and address == _address(_came_in_at(connection))

    def foreign(self, connection: HTTPConnection) -> bool:
        """Whether another site's page has sent this, or nobody says who did where that must be said:
        for a socket, and for whatever changes something.
        """
        origins = connection.headers.getlist("origin")
        if origins and not (len(origins) == 1 and _same(origins[0], connection)):
            return True
        site = connection.headers.get("sec-fetch-site", "none")
        followed = connection.headers.get("sec-fetch-mode") == "navigate"
        if site not in ("same-origin", "none") and not (followed and _reads(connection)):
            return True
        return not origins and not _reads(connection) and not _is_program(connection)


def _same(origin: str, connection: HTTPConnection) -> bool:
    """Whether this origin is the host that was called. Encrypted or not is known only where no proxy
    stands before the cell.
    """
    sent = urlsplit(origin)
    schemes = ("https",) if connection.scope["scheme"] in ("https", "wss") else ("http", "https")
    return (
        sent.scheme in schemes and sent.netloc.casefold() == connection.headers["host"].casefold()
    )


def _reads(connection: HTTPConnection) -> bool:
    return connection.scope["type"] == "http" and connection.scope["method"] in SAFE


def _is_program(connection: HTTPConnection) -> bool:
    """No page can send a token along without the cell's leave."""
    return connection.headers.get("authorization", "").casefold().startswith("bearer ")


def _came_in_at(connection: HTTPConnection) -> str:
    server = connection.scope.get("server")
    return str(server[0]) if server else ""


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
