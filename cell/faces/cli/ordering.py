"""Orders from a shell: who gives them, to which cell, and where they are taken down."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from cell.client.orders import Orders
from cell.client.reply import Reply
from cell.client.running import RunningCell
from cell.config import load
from cell.config.namespace import NAMESPACE, absolute
from cell.faces.cli.errors import UsageError
from cell.faces.cli.people_here import settings_of
from cell.launcher.env import environment
from cell.launcher.owner import running_in
from cell.people.audit import AuditLog
from cell.people.person import SignedIn
from cell.people.shell import at_shell
from cell.texts import render
from models.ground.errors import UserError
from vision.lab.data.names import printable

NO = 1
"""The exit code where the cell refuses."""
Domain = Annotated[int | None, typer.Option(min=0, max=101, help="ROS domain of the running cell.")]
Namespace = Annotated[
    str | None,
    typer.Option(
        help="ROS namespace of the running cell, e.g. /cell2; default: --config's, else /cell."
    ),
]
OwnDomain = Annotated[
    int | None, typer.Option("--domain", min=0, max=101, help="ROS domain of the cell that is run.")
]
OwnNamespace = Annotated[
    str | None,
    typer.Option(
        "--namespace",
        help="ROS namespace of the cell that is run; another one where a cell runs in the domain.",
    ),
]
Person = Annotated[
    str | None, typer.Option(help="Who gives the order; default: your name on this computer.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        help="The cell's data folder; default: that of the run in this ROS namespace, else `data`."
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(help="Cell configuration (YAML); default: the data folder's config.yaml."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of lines.")]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the verbs of orders have in common."""

    person: str | None
    domain: int | None
    namespace: str | None
    data: Path | None
    config: Path | None
    as_json: bool = False

    @property
    def space(self) -> str:
        """The cell's ROS namespace. Raises UsageError, ConfigError."""
        return namespace_of(self.namespace, self.config)


def namespace_of(given: str | None, config: Path | None = None) -> str:
    """The ROS namespace that is meant. Raises UsageError, ConfigError."""
    if given is not None:
        try:
            return absolute(given)
        except ValueError as error:
            raise UsageError(f"--namespace: {error}.") from None
    return NAMESPACE if config is None else load(config).namespace


def data_of(data: Path | None, domain: int | None, namespace: str) -> Path:
    """The data folder that is meant."""
    if data is not None:
        return data
    owner = running_in(environment(domain), namespace)
    return Path(owner.data) if owner else Path("data")


def acting(person: str | None) -> SignedIn:
    """Whoever types the verb. Raises UsageError for a name without a word in it."""
    if person is None:
        return at_shell()
    if not person.strip():
        raise UsageError("--person is empty: it goes into the records; say who you are.")
    return replace(at_shell(), name=person.strip())


class Unwritten:
    """Stands for a log that cannot be opened: nothing can be taken down in it."""

    def __init__(self, why: UserError) -> None:
        self._why = why

    def note(self, *_: object, **__: object) -> None:
        """Raises what kept the log away."""
        raise self._why


@contextmanager
def desk(cell: RunningCell, asked: Asked, *, always: bool = False) -> Iterator[Orders]:
    """Gives orders to the cell, which are taken down in the audit log of its data folder.

    always: also where there is no log, which is only told then. Else raises UsageError where there
    is no such folder, AuditError.
    """
    try:
        notes = _log(asked)
    except UserError as error:
        if not always:
            raise
        print(f"not in the audit log: {printable(render(str(error)))}", file=sys.stderr)
        yield Orders(cell, Unwritten(error))
        return
    try:
        yield Orders(cell, notes)
    finally:
        notes.close()


def _log(asked: Asked) -> AuditLog:
    data = data_of(asked.data, asked.domain, asked.space)
    if not data.is_dir():
        raise UsageError(
            f"{data}: is no data folder of a cell, and every order is taken down in one: give the "
            "running cell's with --data."
        )
    return AuditLog(data, settings_of(data, asked.config).keys_beside(data))


def give(
    asked: Asked,
    done: str,
    order: Callable[[Orders, SignedIn], Reply],
    *,
    always: bool = False,
) -> None:
    """Give one order and say what became of it. done: the words for an order that was accepted;
    always: also where it cannot be taken down.
    """
    by = acting(asked.person)
    with RunningCell(asked.domain, asked.space) as cell:
        cell.find()
        with desk(cell, asked, always=always) as orders:
            reply = order(orders, by)
    tell(asked, done, reply)


def tell(asked: Asked, done: str, reply: Reply) -> None:
    """What became of an order; ends with exit code 1 where it was refused."""
    words = printable(render(reply.message))
    if asked.as_json:
        told = {"accepted": reply.accepted, "refusal": words}
        print(json.dumps(told, ensure_ascii=False))
    elif reply.accepted:
        print(done)
    else:
        print(f"refused: {words}", file=sys.stderr)
    if not reply.accepted:
        raise typer.Exit(NO)
