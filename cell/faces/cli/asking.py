"""Secrets that are asked for, or come by a pipe: a command line is read by every user's `ps`."""

from __future__ import annotations

import sys
from enum import StrEnum

import typer

from cell.faces.cli.errors import UsageError
from cell.people.rules import LEAST_PASSWORD, MOST_SECRET


class Secret(StrEnum):
    """By what a person signs in."""

    PASSWORD = "password"
    PIN = "pin"
    BADGE = "badge"
    NONE = "none"


_ASKED = {
    Secret.PASSWORD: f"New password ({LEAST_PASSWORD} to {MOST_SECRET} signs, 4 different ones)",
    Secret.PIN: "New PIN (4 to 12 digits, neither in order nor all the same)",
    Secret.BADGE: "Hold the badge to the reader",
}


def read_secret(kind: Secret, from_stdin: bool) -> str:
    """The secret: typed twice without being shown, or the first line of the standard input.

    Raises UsageError where there is none.
    """
    if from_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked for the {kind} here: give it by --password-stdin.")
    else:
        asked = _ASKED[kind]
        confirm = kind is not Secret.BADGE
        secret = str(typer.prompt(asked, hide_input=True, confirmation_prompt=confirm))
    if not secret:
        raise UsageError(f"the {kind} is empty: give one.")
    return secret
