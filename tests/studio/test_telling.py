"""How the relabelling tool tells whose label is whose, and what is done when nobody looks."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import Mock, patch

import pytest

from cell.faces.studio.about import choice, origin_of
from cell.faces.studio.visit import Visit
from cell.labels.values import Origin, Version
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from tests.labels.desk import GOOD


@pytest.fixture
def visit() -> Any:
    with patch("cell.faces.web.visit.ui"):
        made = Visit(Mock(), SignedIn("mina", Role.QUALITY, How.PASSWORD), "en")
    made._client.is_deleted = False
    return made


def label(number: int, person: str, origin: Origin) -> Version:
    return Version(number, 1, person, 0, number - 1, origin, GOOD)


@pytest.mark.parametrize(
    ("people", "origin", "choices"),
    [
        ("kim lee", "somebody else was first", ["Take what kim says", "Take what lee says"]),
        (
            "kim kim",
            "other than this person said before",
            ["Take what kim says (label 1)", "Take what kim says (label 2)"],
        ),
        (
            "kim lee kim",
            "somebody else was first",
            [
                "Take what kim says (label 1)",
                "Take what lee says",
                "Take what kim says (label 3)",
            ],
        ),
    ],
)
def test_whose_labels_contradict_each_other(
    visit: Any, people: str, origin: str, choices: list[str]
) -> None:
    first, *rest = enumerate(people.split(), 1)
    opinions = [label(*first, Origin.IMPORTED), *(label(*one, Origin.CONTRARY) for one in rest)]
    assert origin_of(opinions[-1], opinions, visit) == origin
    assert [choice(one, opinions, visit) for one in opinions] == choices


def test_a_handler_ends_with_its_page_but_what_it_gives_back_is_given_back(visit: Any) -> None:
    done: list[str] = []

    async def handler() -> None:
        await visit.attempt(done.append, "while it is shown")
        visit._client.is_deleted = True
        await visit.unseen(done.append, "given back")
        await visit.quietly(done.append, "done, but nothing is shown of it")
        done.append("shown")

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(handler())
    assert done == ["while it is shown", "given back", "done, but nothing is shown of it"]
