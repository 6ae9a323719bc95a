"""What has happened since one looked last, as server-sent events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fastapi.sse import ServerSentEvent

from cell.faces.api.desk import Desk
from cell.faces.api.resources.alarms import alarm_line
from cell.faces.api.resources.parts import part_line
from cell.faces.api.resources.state import StateTold, state_of
from cell.people.person import How, SignedIn
from cell.records.errors import RecordsError
from cell.texts import Lang

MOST_MISSED: Final = 5000
"""Journal events that a listener is told of afterwards; who has missed more is told so."""


class Follower:
    """What one listener has been told. `since`: number of the last journal event that he has."""

    def __init__(self, desk: Desk, lang: Lang, since: int | None) -> None:
        self._desk, self._lang, self._since = desk, lang, since
        self._told: str = ""

    def events(self) -> Iterator[ServerSentEvent]:
        """What is new."""
        state = state_of(self._desk.link.view(), self._lang)
        shown = _without_noise(state)
        if shown != self._told:
            self._told = shown
            yield ServerSentEvent(event="state", data=state.model_dump(mode="json"))
        try:
            yield from self._recorded()
        except RecordsError:
            return  # the recorder has not begun yet; whoever asks for parts is told

    def _recorded(self) -> Iterator[ServerSentEvent]:
        archive, last = self._desk.archive, self._desk.archive.last_seq()
        if self._since is None or self._since > last:
            self._since = last
            return
        if last - self._since > MOST_MISSED:
            yield ServerSentEvent(event="missed", data={"since": self._since}, id=str(last))
            self._since = last
            return
        if last == self._since:
            return
        since, self._since = self._since, last
        told = [
            ("alarm", alarm_line(row, self._lang)) for row in archive.alarms_changed(since, last)
        ]
        lines = [("part", part_line(row, self._lang)) for row in archive.parts_changed(since, last)]
        found = [(kind, one.model_dump(mode="json")) for kind, one in (*told, *lines)]
        for number, (kind, data) in enumerate(found, 1):
            # Only with the last of them has a listener all that happened up to that number.
            yield ServerSentEvent(
                event=kind, data=data, id=str(last if number == len(found) else since)
            )


def still_in(desk: Desk, person: SignedIn, token: str) -> Callable[[], bool]:
    """Whether the session or token by which somebody listens has not ended since."""

    def by_token() -> bool:
        return desk.people.token_of(token, desk.clock()) == person

    def by_session() -> bool:
        open_ones = desk.people.sessions(desk.clock(), person.name)
        return any(one.id == person.session for one in open_ones)

    return by_token if person.how is How.TOKEN else by_session


def _without_noise(state: StateTold) -> str:
    """What makes a state another one: not how much memory a process takes just now, and not where
    on the moving belt things are.
    """
    left_out = {
        "processes": {"__all__": {"rss_mib", "load"}},
        "parts": {"__all__": {"x", "y", "yaw"}},
        "belt": {"encoder_m", "speed_m_s"},
        "robot": {"joints"},
    }
    return state.model_dump_json(exclude=left_out)  # type: ignore[arg-type]
