"""Accounts. A change needs the ETag of what its author has seen (`If-Match`)."""

from __future__ import annotations

import threading
from typing import Annotated, Final

from fastapi import APIRouter, Header
from pydantic import Field
from starlette.responses import Response

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.etags import require_match, tag_of
from cell.faces.api.fields import Asked, Line, Name, Reason, Told
from cell.faces.api.keys import KEYED
from cell.faces.api.problems import missing
from cell.people.account import Account, NewAccount
from cell.people.roles import Role

router = APIRouter(prefix="/people", tags=["people"])
_ONE_BY_ONE: Final = threading.Lock()
"""Between a look at the ETag and the change nobody else changes it by this interface."""
Secret = Annotated[str, Field(max_length=200, json_schema_extra={"format": "password"})]
IfMatch = Annotated[
    str | None, Header(description="ETag of the account as you have seen it; required.")
]


class Person(Told):
    """An account; password, pin, badge: whether there is one."""

    name: str
    display: str
    role: Role
    disabled: bool
    language: str
    password: bool
    pin: bool
    badge: bool
    provider: str


class NewPerson(Asked):
    """An account to be made. Empty secrets are none."""

    name: Reason
    role: Role
    display: Line = ""
    language: Line = ""
    password: Secret = ""
    pin: Secret = ""
    badge: Secret = ""
    why: Line = Field("", description="For the audit log.")


class PersonChange(Asked):
    """What shall be otherwise; what is left out stays."""

    display: Line | None = None
    role: Role | None = None
    language: Line | None = None
    disabled: bool | None = None
    why: Line = Field("", description="For the audit log.")


class SecretChange(Asked):
    """Secrets to be set; empty takes one away, what is left out stays."""

    password: Secret | None = None
    pin: Secret | None = None
    badge: Secret | None = None
    why: Line = Field("", description="For the audit log.")


class Ended(Told):
    """How many sessions were ended."""

    sessions: int


@router.get("")
def list_people(desk: AtDesk) -> list[Person]:
    """All accounts, by name."""
    return [_told(one) for one in desk.people.accounts()]


@router.post("", status_code=201, dependencies=KEYED)
def add_person(desk: AtDesk, by: By, new: NewPerson, response: Response) -> Person:
    """Make an account."""
    wanted = NewAccount(
        new.name, new.role, new.display, new.language, new.password, new.pin, new.badge
    )
    return _tagged(desk.people.add(by, wanted, desk.clock(), new.why), response)


# Below: the name of an account made by an older version may hold a slash. What lies under a person
# therefore comes first.
@router.put("/{name:path}/secrets")
def set_secret(
    desk: AtDesk,
    by: By,
    name: Name,
    change: SecretChange,
    response: Response,
    if_match: IfMatch = None,
) -> Person:
    """Set or take away password, PIN or badge. The person's sessions end."""
    with _ONE_BY_ONE:
        _require_seen(if_match, desk, name)
        secrets = {"password": change.password, "pin": change.pin, "badge": change.badge}
        changed = desk.people.set_secret(by, name, desk.clock(), **secrets, why=change.why)
    return _tagged(changed, response)


@router.delete("/{name:path}/sessions")
def end_person_sessions(desk: AtDesk, by: By, name: Name) -> Ended:
    """End all sessions of a person."""
    _of(desk, name)
    return Ended(sessions=desk.people.end_sessions(by, name, desk.clock()))


@router.get("/{name:path}")
def get_person(desk: AtDesk, name: Name, response: Response) -> Person:
    """One account."""
    return _tagged(_of(desk, name), response)


@router.patch("/{name:path}")
def change_person(
    desk: AtDesk,
    by: By,
    name: Name,
    change: PersonChange,
    response: Response,
    if_match: IfMatch = None,
) -> Person:
    """Change an account. Another role, or being disabled, ends its sessions."""
    with _ONE_BY_ONE:
        _require_seen(if_match, desk, name)
        changed = desk.people.change(
            by,
            name,
            desk.clock(),
            display=change.display,
            role=change.role,
            lang=change.language,
            disabled=change.disabled,
            why=change.why,
        )
    return _tagged(changed, response)


@router.delete("/{name:path}", status_code=204)
def remove_person(desk: AtDesk, by: By, name: Name, if_match: IfMatch = None) -> None:
    """Delete an account with its sessions and tokens. What it did stays in the audit log."""
    with _ONE_BY_ONE:
        _require_seen(if_match, desk, name)
        desk.people.remove(by, name, desk.clock())


def _of(desk: Desk, name: str) -> Account:
    account = desk.people.account(name)
    if account is None:
        raise missing(name)
    return account


def _require_seen(if_match: str | None, desk: Desk, name: str) -> None:
    require_match(if_match, tag_of(_told(_of(desk, name))))


def _tagged(account: Account, response: Response) -> Person:
    told = _told(account)
    response.headers["ETag"] = tag_of(told)
    return told


def _told(account: Account) -> Person:
    return Person.model_validate(account.told())
