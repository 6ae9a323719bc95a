"""Answers of the cell's services: in time, late, or never."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest

from cell.client.asking import LATE_S, NEVER, Asking
from cell.client.reply import NO_ANSWER, Reply

ANSWER = SimpleNamespace(accepted=True, message="")


class Client:
    """A service's client; answered: what the service does with a request."""

    def __init__(self, answered: Callable[[Future[Any]], None] = lambda _: None) -> None:
        self.pending: list[Future[Any]] = []
        self.ready, self._answered = True, answered

    def service_is_ready(self) -> bool:
        return self.ready

    def call_async(self, _request: Any) -> Future[Any]:
        self.pending.append(Future())
        self._answered(self.pending[-1])
        return self.pending[-1]

    def remove_pending_request(self, one: Future[Any]) -> None:
        self.pending.remove(one)


def asked(client: Client) -> tuple[Asking, Reply]:
    """What is answered in a hundredth of a second."""
    asking = Asking(0.01, lambda: None)
    return asking, asking.ask(client, "a request")


def test_an_answer_in_time_is_the_reply() -> None:
    asking, reply = asked(Client(lambda one: one.set_result(ANSWER)))
    assert (reply, reply.later, asking.urgent) == (Reply(True), None, False)


def test_without_a_service_nothing_is_sent() -> None:
    client = Client()
    client.ready = False
    _, reply = asked(client)
    assert (reply.problem, client.pending) == ("command.no_service", [])


def test_somebody_who_waits_is_urgent() -> None:
    seen = []
    asking = Asking(0.01, lambda: seen.append(asking.urgent))
    asking.ask(Client(), "a request")
    assert seen == [True]
    assert not asking.urgent


def test_a_late_answer_comes_later() -> None:
    client = Client()
    asking, reply = asked(client)
    assert (reply.accepted, reply.problem) == (False, NO_ANSWER)
    assert reply.later is not None
    client.pending[0].set_result(ANSWER)
    assert reply.later.result(0) == Reply(True)
    asking.close()


@pytest.mark.parametrize("how", ["a minute later", "at the end"])
def test_what_is_never_answered_is_given_up(how: str) -> None:
    client = Client()
    asking, reply = asked(client)
    assert reply.later is not None
    asking.give_up(100.0)
    asking.give_up(100.0 + LATE_S)
    assert not reply.later.done()
    if how == "at the end":
        asking.close()
    else:
        asking.give_up(100.1 + LATE_S)
    assert reply.later.result(0) is NEVER
    assert client.pending == []
