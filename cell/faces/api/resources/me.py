"""Who asks, what he may do, and his own sessions."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import Field

from cell.faces.api.desk import AtDesk, By
from cell.faces.api.fields import Name, Told
from cell.faces.api.problems import missing
from cell.faces.api.resources.sessions import SessionTold, session_told
from cell.people.person import How
from cell.people.roles import TABLE, Permission, Role

router = APIRouter(prefix="/me", tags=["me"])


class Me(Told):
    """Somebody who has signed in. csrf: what the header X-CSRF-Token must say; empty for tokens."""

    name: str
    role: Role
    how: How
    session: str = Field(description="Its public id.")
    csrf: str
    permissions: list[Permission]


@router.get("")
def get_me(by: By) -> Me:
    """Who you are to the cell."""
    return Me(
        name=by.name,
        role=by.role,
        how=by.how,
        session=by.session,
        csrf=by.csrf,
        permissions=sorted(TABLE[by.role]),
    )


@router.get("/sessions")
def list_own_sessions(desk: AtDesk, by: By) -> list[SessionTold]:
    """Your open sessions, newest first."""
    return [session_told(one) for one in desk.people.sessions(desk.clock(), by.name)]


@router.delete("/sessions/{session}", status_code=204)
def end_own_session(desk: AtDesk, by: By, session: Name) -> None:
    """End one of them; this one, too."""
    now_ns = desk.clock()
    if all(one.id != session for one in desk.people.sessions(now_ns, by.name)):
        raise missing(session)
    desk.people.end_session(by, session, now_ns)
