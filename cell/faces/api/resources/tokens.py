"""Tokens for programs: each acts for its owner, with a role that may no more than he may."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from cell.faces.api.desk import AtDesk, By
from cell.faces.api.fields import Asked, Name, Reason, Told, moment
from cell.faces.api.problems import missing
from cell.people.account import Token
from cell.people.roles import Permission, Role

router = APIRouter(prefix="/tokens", tags=["tokens"])


class TokenTold(Told):
    """A token without its text; used: when last, null for never."""

    id: str
    label: str
    owner: str
    role: Role
    made: datetime
    ends: datetime
    used: datetime | None


class TokenWanted(Asked):
    """A token to be made."""

    label: Reason = Field(description="What it is for.")
    role: Role
    days: int = Field(90, ge=1, le=366, description="How long it is valid.")


class TokenMade(TokenTold):
    """A token that was just made."""

    text: str = Field(description="Shown this once: what a program sends.")


@router.get("")
def list_tokens(desk: AtDesk, by: By) -> list[TokenTold]:
    """Your own that are valid; an administrator sees all."""
    owner = "" if by.may(Permission.PEOPLE) else by.name
    return [_told(one) for one in desk.people.tokens(desk.clock(), owner)]


@router.post("", status_code=201)
def make_token(desk: AtDesk, by: By, wanted: TokenWanted, response: Response) -> TokenMade:
    """Make one for yourself."""
    made = desk.people.make_token(by, wanted.label, wanted.role, wanted.days, desk.clock())
    response.headers["Cache-Control"] = "no-store"
    return TokenMade(**dict(_told(made.token)), text=made.text)


@router.delete("/{token}", status_code=204)
def end_token(desk: AtDesk, by: By, token: Name) -> None:
    """End one of your own; an administrator ends any."""
    now_ns, owner = desk.clock(), "" if by.may(Permission.PEOPLE) else by.name
    if all(one.id != token for one in desk.people.tokens(now_ns, owner)):
        raise missing(token)
    desk.people.end_token(by, token, now_ns)


def _told(one: Token) -> TokenTold:
    return TokenTold(
        id=one.id,
        label=one.label,
        owner=one.owner,
        role=one.role,
        made=moment(one.made_ns),
        ends=moment(one.ends_ns),
        used=moment(one.used_ns) if one.used_ns else None,
    )
