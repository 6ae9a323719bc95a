"""Somebody who has signed in, as everything that acts for him knows him."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cell.people.roles import Permission, Role, may


class How(StrEnum):
    """By what somebody has proven who he is."""

    PASSWORD = "password"
    PIN = "pin"
    BADGE = "badge"
    PROVIDER = "provider"
    """A company's own accounts, by OpenID Connect."""
    TOKEN = "token"
    """A program, by a token."""
    SHELL = "shell"
    """A command on the cell's own computer, by its user there."""
    DEMO = "demo"
    """Nobody: the demo's operator, on the computer's own screen."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """`session`: its public id, '' for a shell; `csrf`: what its forms and requests carry, '' where
    none is needed.
    """

    name: str
    role: Role
    how: How
    session: str = ""
    csrf: str = ""
    lang: str = ""

    def may(self, permission: Permission) -> bool:
        """Whether the role allows it."""
        return may(self.role, permission)
