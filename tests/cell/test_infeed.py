"""Who lays parts on for the twin follows what the cell says of its recipe."""

from __future__ import annotations

from typing import Any

import pytest
from inspection_cell_interfaces.msg import CellState

from cell.launcher.control import TwinLostError
from cell.launcher.infeed import InfeedPerson
from cell.recipe.model import PartGeometry

PCB, CARRIER = "pcb@1.4.0", "ball_screw_carrier@1.0.0"
HOLD, GO = ("feed", {"on": False}), ("feed", {"on": True})
SIZES = {"pcb": (0.108, 0.108), "ball_screw_carrier": (0.168, 0.072), "tile": (0.06, 0.04)}
PARTS = {
    name: PartGeometry(size_m=size, thickness_m=0.0016, inset_m=0.0, grip_m=(0.01, 0.0))
    for name, size in SIZES.items()
}
BRING = ("product", {"name": "ball_screw_carrier", "size_m": [0.168, 0.072], "grip_m": [0.01, 0.0]})
BACK = ("product", {"name": "pcb", "size_m": [0.108, 0.108], "grip_m": [0.01, 0.0]})


class Twin:
    """Its control socket: keeps what it was asked, refuses or is away as told."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.away = False
        self.refuses = ""

    def ask(self, op: str, **arguments: Any) -> dict[str, Any]:
        if self.away:
            raise TwinLostError("the twin does not answer")
        if op == "product" and self.refuses:
            raise ValueError(self.refuses)
        self.asked.append((op, arguments))
        return {}


@pytest.mark.parametrize(
    ("seen", "asked"),
    [
        ([(PCB, "")], []),
        ([("", ""), (PCB, "")], []),
        ([(PCB, "preparing"), (PCB, "prepared")], []),
        ([(PCB, "draining"), (PCB, "draining")], [HOLD]),
        ([(PCB, "draining"), (PCB, "")], [HOLD, GO]),  # it failed: boards as before
        ([(PCB, "draining"), (CARRIER, "taking_up"), (CARRIER, "")], [HOLD, BRING, GO]),
        ([(PCB, ""), (CARRIER, "")], [HOLD, BRING, GO]),  # the journal says so, after a kill
        (
            [(PCB, "draining"), (CARRIER, "taking_up"), (PCB, "")],  # undone
            [HOLD, BRING, BACK, GO],
        ),
    ],
)
def test_it_brings_what_the_recipe_is_for(
    seen: list[tuple[str, str]], asked: list[tuple[str, dict[str, Any]]]
) -> None:
    twin, said = Twin(), list[str]()
    person = InfeedPerson(twin.ask, PARTS.__getitem__, "pcb", said.append)
    for recipe, change in seen:
        person.look(CellState(recipe=recipe, change=change), 10.0)
    assert twin.asked == asked
    assert said == []


def test_what_the_twin_has_not_is_said_once_and_nothing_is_fed() -> None:
    twin, said = Twin(), list[str]()
    person = InfeedPerson(twin.ask, PARTS.__getitem__, "pcb", said.append)
    twin.refuses = "unknown product 'tile'; known: pcb, ball_screw_carrier"
    for now_s in (10.0, 12.9):
        person.look(CellState(recipe="tile@1.0.1"), now_s)
    assert said == []
    for now_s in (13.1, 16.2):
        person.look(CellState(recipe="tile@1.0.1"), now_s)
    assert twin.asked == [HOLD]
    assert said == [f"nothing is fed: {twin.refuses}"]
    twin.refuses = ""
    person.look(CellState(recipe=CARRIER), 20.0)
    assert twin.asked == [HOLD, BRING, GO]


def test_a_twin_that_is_away_is_asked_again() -> None:
    twin, said = Twin(), list[str]()
    person = InfeedPerson(twin.ask, PARTS.__getitem__, "pcb", said.append)
    twin.away = True
    person.look(CellState(recipe=CARRIER), 20.0)
    twin.away = False
    person.look(CellState(recipe=CARRIER), 20.0)
    assert twin.asked == [HOLD, BRING, GO]
    assert said == []
