"""Open sessions of everybody."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter

from cell.faces.api.desk import AtDesk, By
from cell.faces.api.fields import Name, Told, moment
from cell.faces.api.problems import missing
from cell.people.account import Session
from cell.people.person import How
from cell.people.roles import Role

router = APIRouter(prefix="/sessions", tags=["people"])


class SessionTold(Told):
    """An open session; address: from where."""

    id: str
    name: str
    role: Role
    how: How
    address: str
    begun: datetime
    seen: datetime
    ends: datetime


@router.get("")
def list_sessions(desk: AtDesk) -> list[SessionTold]:
    """Those that are open, newest first."""
    return [session_told(one) for one in desk.people.sessions(desk.clock())]


@router.delete("/{session}", status_code=204)
def end_session(desk: AtDesk, by: By, session: Name) -> None:
    """End one: its open pages close within seconds."""
    now_ns = desk.clock()
    if all(one.id != session for one in desk.people.sessions(now_ns)):
        raise missing(session)
    desk.people.end_session(by, session, now_ns)


def session_told(one: Session) -> SessionTold:
    """A session as it is told."""
    return SessionTold(
        id=one.id,
        name=one.name,
        role=one.role,
        how=one.how,
        address=one.address,
        begun=moment(one.begun_ns),
        seen=moment(one.seen_ns),
        ends=moment(one.ends_ns),
    )
