"""The reference program and the twin's PLC, given the same inputs, hold the same registers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from robot.belts import register_map as plc
from robot.belts.register_map import Control, Feed, Holding, Input
from tests.plc.plant import EYES_APART_M, SCALE, Plant
from twin.belt import BeltDrive, Order
from twin.plc import INPUT_COUNT, Edge, Plc

EDGES = {"arrival": Edge.ARRIVAL, "exposure": Edge.EXPOSURE, "exit": Edge.EXIT}
STEPS = 30_000
"""Of a 512th of a second each."""


@dataclass(slots=True)
class Follower(BeltDrive):
    """Moves as the other belt does."""

    plant: Plant | None = None

    def step(self, order: Order, dt: float) -> None:  # noqa: ARG002 - the other one decides
        assert self.plant is not None
        self.travel, self.speed = self.plant.travel, self.plant.speed


class Pair:
    """Both PLCs, wired to one belt."""

    def __init__(self) -> None:
        self.plant = Plant()
        self.twin = Plc(Follower(1.0, plant=self.plant), SCALE, EYES_APART_M)
        self.twin.neighbours.wired = True
        self.twin_pulses = 0

    def write(self, address: int, words: list[int]) -> None:
        self.plant.write(address, words)
        self.twin.write(address, words)

    def step(self) -> None:
        plant, twin = self.plant, self.twin
        before = twin.encoder
        plant.step()
        io = plant.program.io
        wires, other = twin.inputs, twin.neighbours
        wires.photo_eye, wires.exit_eye = io.photo_eye, io.exit_eye
        wires.vacuum, wires.purge_button = plant.vacuum, plant.purge_button
        wires.emergency_stop = not plant.closed
        other.part_available, other.outfeed_ready = plant.part_available, plant.outfeed_ready
        twin.cycle(plant.cycle_ns * 1e-9)
        for name, counts in plant.latched:
            twin.latch(EDGES[name], counts / SCALE, twin.time)
        self.twin_pulses += len(twin.due_triggers(before))


@dataclass
class Hand:
    """Does at random what cell, people and other machines do between two cycles."""

    rng: np.random.Generator
    pair: Pair
    beat: int = 0
    silent_until: int = 0
    authority: int = 0

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def act(self, step: int) -> None:
        plant = self.pair.plant
        if self.chance(0.0003):
            self.silent_until = step + int(self.rng.integers(100, 500))
        if step >= self.silent_until:
            if self.chance(0.03):
                self._renew()
            elif self.chance(0.02):
                self._feed()
            elif self.chance(0.01):
                self.pair.write(Holding.EJECTOR, [int(self.rng.integers(0, 2))])
        if self.chance(0.02) and (not plant.fronts or min(plant.fronts) > 0.15):
            plant.put()
        if self.chance(0.005):
            plant.expose()
        plant.closed = not self.chance(0.0004) if plant.closed else self.chance(0.02)
        ready = plant.outfeed_ready
        plant.outfeed_ready = not self.chance(0.003) if ready else self.chance(0.003)
        for name in ("vacuum", "purge_button", "part_available"):
            if self.chance(0.01):
                setattr(plant, name, not getattr(plant, name))

    def _renew(self) -> None:
        rng, self.beat = self.rng, (self.beat + 1) & 0xFFFF
        run, armed = Control.RUN, Control.RUN | Control.ARM_TRIGGER
        control = int(rng.choice([run, armed, 0], p=[0.2, 0.75, 0.05]))
        control |= int(rng.choice([0, Control.PURGE_LAMP]))
        if self.chance(0.15):
            near = self.chance(0.2)
            self.authority = self.pair.plant.counts
            self.authority += int(rng.integers(-2000, 2000)) if near else 30_000
        words = [control, int(rng.integers(1000, 3500))]
        words += [*plc.to_words(self.authority), *plc.to_words(4800)]
        self.pair.write(Holding.CONTROL, [*words, self.beat, int(rng.integers(0, 16))])

    def _feed(self) -> None:
        told, rng = self.pair.twin.neighbours, self.rng
        bits = int(rng.integers(0, 8)) | int(rng.choice([0, Feed.COUNTS]))
        passed = told.passed.told + int(rng.choice([0, 1, 3, 1000], p=[0.4, 0.4, 0.19, 0.01]))
        removed = told.removed.told + int(rng.integers(0, 2))
        self.pair.write(Holding.FEED, [bits, *plc.to_words(passed), *plc.to_words(removed)])


@pytest.mark.parametrize("seed", range(2))
def test_random_histories_leave_the_same_registers(seed: int) -> None:
    pair = Pair()
    hand = Hand(np.random.default_rng(seed), pair)
    status, feed, held_back = 0, 0, 0
    for step in range(STEPS):
        hand.act(step)
        pair.step()
        ours, theirs = list(pair.plant.inputs), pair.twin.input_registers()
        assert len(ours) == len(theirs) == INPUT_COUNT
        if ours != theirs:
            pairs = enumerate(zip(ours, theirs, strict=True))
            pytest.fail(f"step {step}: {[(n, a, b) for n, (a, b) in pairs if a != b]}")
        held_back = max(held_back, abs(pair.plant.camera_pulses - pair.twin_pulses))
        status, feed = status | ours[6], feed | ours[15]
    assert held_back <= 1
    assert pair.plant.camera_pulses == pair.twin_pulses > 3
    assert pair.plant.program.io.ejector == pair.twin.ejector
    for counter in (Input.ARRIVALS, Input.EXITS, Input.EXPOSURES):
        went = plc.unsigned32(*pair.plant.inputs[counter : counter + 2])
        assert went > plc.RING_ENTRIES, f"the ring of {counter!r} has not gone round"
    assert (status, feed) == (0xFF, 0x1F0F), "some bit was never set: the history proves little"


@pytest.mark.parametrize("speed", [500, 2000, 3000])
@pytest.mark.parametrize("ahead", [0.003, 0.02, 0.3])
def test_both_belts_stand_before_their_authority_and_near_each_other(
    speed: int, ahead: float
) -> None:
    plant, drive = Plant(), BeltDrive(0.3)
    twin = Plc(drive, SCALE, EYES_APART_M)
    for beat in range(1, 4000):
        words = [Control.RUN, speed, *plc.to_words(round(ahead * SCALE)), 0, 0, beat // 20 + 1, 0]
        plant.write(0, [int(word) for word in words])
        twin.write(0, [int(word) for word in words])
        plant.step()
        twin.cycle(plant.cycle_ns * 1e-9)
    assert plant.speed == drive.speed == 0.0
    for travel in (plant.travel, drive.travel):
        assert ahead - 0.002 < travel <= ahead
    assert plant.inputs[6] == twin.input_registers()[6]
    assert plc.unsigned32(*plant.inputs[13:15]) == 1
