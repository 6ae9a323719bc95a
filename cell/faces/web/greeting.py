"""What the console says when the pages are served: where, and how the first account is made."""

from __future__ import annotations

from cell.config import CellConfig
from cell.people.people import People

WILDCARDS = ("", "0.0.0.0", "::")


def address(cell: CellConfig) -> str:
    """Where a browser finds the pages, without the slash at the end. Served on every address, it is
    this computer's own.
    """
    host = cell.hmi.host
    if host in WILDCARDS:
        host = cell.people.hosts[0] if cell.people.hosts else "127.0.0.1"
    name = f"[{host}]" if ":" in host else host
    return f"{'http' if cell.people.tls is None else 'https'}://{name}:{cell.hmi.port}"


def first_lines(cell: CellConfig, people: People, now_ns: int) -> list[str]:
    """While there is no account: how the first one is made, by a new one-time link, which takes the
    place of the one before; and that the demo signs people in.
    """
    token = people.first_link(now_ns)
    if not token:
        return []
    link = f"{address(cell)}/first-admin?token={token}"
    lines = [f"Make the first administrator within an hour, by this link that works once: {link}"]
    if cell.people.may_demo(cell.hmi.host):
        lines.insert(
            0,
            "Nobody has an account yet: whoever opens the page on this computer is the demo's "
            "operator, until the first account is made",
        )
    return lines
