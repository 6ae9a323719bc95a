"""`cell user token`: a token for a program that acts for somebody."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from cell.faces.cli.people_here import house_of
from cell.faces.cli.verbs.user import DATA, Config, Data, Why
from cell.faces.cli.verbs.user_accounts import Name
from cell.people.account import NewToken
from cell.people.roles import Role
from cell.people.shell import at_shell


def token(
    name: Name,
    label: Annotated[str, typer.Option(help="What it is for, e.g. line-report.")],
    role: Annotated[Role, typer.Option(help="What the program may do: no more than the person.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
    data: Data = DATA,
    config: Config = None,
    why: Why = "",
) -> None:
    """Make a token for a program that acts for a person, and print it: it is kept nowhere.

    The program sends it to the programming interface; `docs/api.md` shows how. It dies with the
    account. Exit code 0, 2 when it cannot be made.
    """
    print(_make(data, config, name, label, role, days, why).text)


def _make(
    data: Path, config: Path | None, name: str, label: str, role: Role, days: int, why: str
) -> NewToken:
    me = at_shell()
    said = why or f"made by {me.name} at a shell"
    with house_of(data, config) as house:
        by = replace(me, name=name)
        return house.people.make_token(by, label, role, days, time.time_ns(), said)
