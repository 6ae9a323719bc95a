"""`cell user add|change|disable|end-sessions`: one person's account."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated, Any

import typer

from cell.faces.cli.asking import Secret, read_secret
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.people_here import house_of
from cell.faces.cli.verbs.user import DATA, Config, Data, Why
from cell.people.account import Account, NewAccount
from cell.people.roles import Role
from cell.people.shell import at_shell

Name = Annotated[str, typer.Argument(help="Name of the person, as typed to sign in.")]
Stdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the secret from the standard input's first line."),
]


def add(
    context: typer.Context,
    name: Name,
    role: Annotated[Role, typer.Option(help="What the person is to the cell.")],
    display: Annotated[str, typer.Option(help="What pages call the person.")] = "",
    language: Annotated[str, typer.Option(help="Language of the person's pages, e.g. ko.")] = "",
    secret: Annotated[
        Secret, typer.Option(help="By what the person signs in; PIN and badge are for operators.")
    ] = Secret.PASSWORD,
    password_stdin: Stdin = False,
    data: Data = DATA,
    config: Config = None,
    why: Why = "",
) -> None:
    """Add a person. The password, PIN or badge is asked for: it never stands on a command line."""
    secrets: dict[str, Any] = {}
    if secret is Secret.NONE:
        refuse(context, "beside --secret none", "password_stdin")
    else:
        secrets[str(secret)] = read_secret(secret, password_stdin)
    _add(data, config, NewAccount(name, role, display, language, **secrets), why)


def change(
    context: typer.Context,
    name: Name,
    role: Annotated[Role | None, typer.Option(help="Another role.")] = None,
    display: Annotated[str | None, typer.Option(help="Another name on pages.")] = None,
    language: Annotated[str | None, typer.Option(help="Another language, e.g. ko.")] = None,
    enable: Annotated[
        bool, typer.Option("--enable", help="Let a disabled person in again.")
    ] = False,
    secret: Annotated[
        Secret | None, typer.Option(help="Set this secret anew; none: take all away.")
    ] = None,
    password_stdin: Stdin = False,
    data: Data = DATA,
    config: Config = None,
    why: Why = "",
) -> None:
    """Change a person's account. Another role or secret ends the person's sessions."""
    if secret in (None, Secret.NONE):
        refuse(context, "without a --secret to read", "password_stdin")
    changes: dict[str, Any] = {
        "role": role,
        "display": display,
        "lang": language,
        "disabled": False if enable else None,
    }
    changes = {key: value for key, value in changes.items() if value is not None}
    if not changes and secret is None:
        raise UsageError("nothing is to be changed: say what, e.g. --role or --secret.")
    if changes and secret is not None:
        raise UsageError("--secret stands alone: change the rest by a command of its own.")
    secrets: dict[str, str] = {}
    if secret is Secret.NONE:
        secrets = dict.fromkeys(("password", "pin", "badge"), "")
    elif secret is not None:
        secrets = {str(secret): read_secret(secret, password_stdin)}
    _change(data, config, name, changes, secrets, why)


def disable(
    name: Name,
    data: Data = DATA,
    config: Config = None,
    why: Why = "",
) -> None:
    """Let a person in no more: sessions end, tokens die, the account stays for the records."""
    _change(data, config, name, {"disabled": True}, {}, why)


def end_sessions(name: Name, data: Data = DATA, config: Config = None, why: Why = "") -> None:
    """End all sessions of a person, who may sign in again."""
    count = _end(data, config, name, why)
    print(f"{name}: {count} sessions ended.")


def _add(data: Path, config: Path | None, new: NewAccount, why: str) -> None:
    with house_of(data, config, make=True) as house:
        _tell(house.people.add(at_shell(), new, time.time_ns(), why))


def _change(
    data: Path,
    config: Path | None,
    name: str,
    changes: dict[str, Any],
    secrets: dict[str, str],
    why: str,
) -> None:
    by = at_shell()
    with house_of(data, config) as house:
        if changes:
            account = house.people.change(by, name, time.time_ns(), **changes, why=why)
        if secrets:
            account = house.people.set_secret(by, name, time.time_ns(), **secrets, why=why)
    _tell(account)


def _end(data: Path, config: Path | None, name: str, why: str) -> int:
    with house_of(data, config) as house:
        if house.people.account(name) is None:
            raise UsageError(
                f"{name}: there is no such account: `cell user list` tells who there is"
            )
        return house.people.end_sessions(at_shell(), name, time.time_ns(), why)


def _tell(account: Account) -> None:
    state = "disabled" if account.disabled else f"may sign in as {account.role}"
    print(f"{account.name}: {state}.")
