"""Secrets that are asked for, or come by a pipe: a command line is read by every user's `ps`."""

from __future__ import annotations

import sys
from enum import StrEnum

import typer

from cell.faces.cli.errors import UsageError


class Secret(StrEnum):
    """By what a person signs in."""

    PASSWORD = "password"
    PIN = "pin"
    BADGE = "badge"
    NONE = "none"


def read_secret(kind: Secret, from_stdin: bool) -> str:
    """The secret: typed twice without being shown, or the first line of the standard input.

    Raises UsageError where there is none.
    """
    if from_stdin:
        secret = sys.stdin.readline().rstrip("\r\n")
    elif not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked for the {kind} here: give it by --password-stdin.")
    else:
        asked = "Hold the badge to the reader" if kind is Secret.BADGE else f"New {kind}"
        confirm = kind is not Secret.BADGE
        secret = str(typer.prompt(asked, hide_input=True, confirmation_prompt=confirm))
    if not secret:
        raise UsageError(f"the {kind} is empty: give one.")
    return secret
