"""The PLC's latches and its clock are one time."""

from __future__ import annotations

from tests.site import SITE
from twin.boards.library import BoardLibrary
from twin.config import TwinConfig
from twin.feed import Infeed
from twin.plc import RING, Edge
from twin.world import World


def test_no_latch_is_stamped_after_the_clock_that_is_read_with_it() -> None:
    config = TwinConfig()
    boards = BoardLibrary(config.golden_folder, config.boards_folder)
    feed = Infeed({"pcb": boards}, "pcb", 1, 0.5)
    world = World(config, SITE, feed, lambda _exposure: None)
    counter, ring = Edge.EXPOSURE.value
    for number in range(400):
        world.advance(1 + number % 5)
        world.request_exposure()
        registers = world.plc.input_registers()
        at = ring + 4 * (number % RING) + 2
        stamped, now = registers[at : at + 2], registers[1:3]
        assert registers[counter + 1] == number + 1
        assert stamped == now
