"""Pictures from an inspector on another machine: those that are not in the data folder here are
asked for, one after the other, until they are here or gone there.
"""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final, NamedTuple

from inspection_cell_interfaces.srv import FetchPicture
from rclpy.task import Future

from cell.nodes.base import CellNode
from cell.records.naming import Incoming
from cell.texts import say
from models.ground.machine import machine

ANSWER_S: Final = 3.0
"""Longest that an answer is waited for; over a link that is down none comes."""
HELLO_S: Final = 2.0
TOLD_S: Final = 60.0
"""A lost picture is told of for this long."""
WAITS_S: Final = 10.0
LOST, WAITING = "recorder.picture_lost", "recorder.pictures_wait"
"""Alarms, as in the catalogue."""


class Wish(NamedTuple):
    """A picture. sha256: '' where only its exposure is known, as of a whole frame."""

    kind: str
    exposure_ns: int
    sha256: str = ""


Arrived = Callable[[Incoming, bytes], None]


class Fetching:
    """Call `turn` a few times a second. apart: the inspector runs on another machine. lost: how
    many pictures could not be had.
    """

    def __init__(self, node: CellNode) -> None:
        self._client = node.create_client(FetchPicture, "inspector/picture")
        self._wanted: OrderedDict[Wish, tuple[Arrived, float]] = OrderedDict()
        self._gone: OrderedDict[Wish, None] = OrderedDict()
        self._asked: tuple[Wish | None, Future, float] | None = None
        self._hello_s = self._lost_s = float("-inf")
        self._last_lost = ""
        self.apart = False
        self.lost = 0

    def want(self, wish: Wish, arrived: Arrived) -> bool:
        """Ask for a picture; `arrived` gets it. False: it is known that it cannot be had."""
        if wish in self._gone:
            return False
        self._wanted.setdefault(wish, (arrived, time.monotonic()))
        return True

    def miss(self, what: str) -> None:
        """A picture is lost for good."""
        self.lost, self._lost_s, self._last_lost = self.lost + 1, time.monotonic(), what

    @property
    def advisories(self) -> dict[str, str]:
        """What people should know of pictures (alarm -> detail)."""
        now, told = time.monotonic(), dict[str, str]()
        if now - self._lost_s < TOLD_S:
            told[LOST] = say("fetching.lost", count=self.lost, last=self._last_lost)
        oldest = next((since for _, since in self._wanted.values()), now)
        if now - oldest > WAITS_S:
            told[WAITING] = say("fetching.waits", count=len(self._wanted), seconds=now - oldest)
        return told

    def turn(self) -> None:
        """Ask for the next one, if nothing is asked for."""
        now = time.monotonic()
        if self._asked is not None and now - self._asked[2] > ANSWER_S:
            self._client.remove_pending_request(self._asked[1])
            self._asked = None
        if self._asked is not None or not self._client.service_is_ready():
            return
        wish = next(iter(self._wanted), None) if self.apart else None
        if wish is None and now - self._hello_s < HELLO_S:
            return
        request = FetchPicture.Request(machine=machine())
        if wish is None:
            self._hello_s = now
        else:
            request.kind, request.exposure_ns, request.sha256 = wish
        future = self._client.call_async(request)
        self._asked = wish, future, now
        future.add_done_callback(lambda done: self._on_answer(wish, done))

    def _on_answer(self, wish: Wish | None, done: Future) -> None:
        if self._asked is None or self._asked[1] is not done:
            return  # it was given up
        self._asked = None
        answer = done.result()
        if answer is None:
            return
        self.apart = answer.machine != machine()
        if wish is None or wish not in self._wanted:
            return
        arrived, _ = self._wanted.pop(wish)
        content = bytes(answer.content)
        if answer.found and hashlib.sha256(content).hexdigest() == answer.sha256:
            arrived(Incoming(wish.exposure_ns, wish.kind, answer.sha256), content)
        else:
            self._gone[wish] = None
            while len(self._gone) > 1000:
                self._gone.popitem(last=False)
            self.miss(f"{wish.kind} {wish.exposure_ns}")
        self.turn()
