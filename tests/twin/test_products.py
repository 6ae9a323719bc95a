"""The line with parts of two products: eyes, cup, infeed, bodies. Numbers worked out by hand."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path

import mujoco
import numpy as np
import pytest

from tests.site import SITE
from twin import scene, truth
from twin.config import TwinConfig
from twin.control import ControlError, carry_out, state
from twin.feed import Infeed
from twin.layout import SPAWN_BEFORE_EYE
from twin.line import Line, Part
from twin.physics import Physics
from twin.plc import AUTHORITY, CONTROL, RUN, SPEED, WATCHDOG
from twin.product import (
    BALL_SCREW_CARRIER,
    DISC,
    PCB,
    YAW_SPREAD,
    Product,
    ProductError,
    Variant,
)
from twin.world import World

PRODUCTS = (PCB, BALL_SCREW_CARRIER)
BLANK = np.zeros((256, 640), np.uint8)


def laid(line: Line, product: Product, yaw_deg: float, x: float = -1.44, y: float = 0.0) -> Part:
    """A part on a belt that has not travelled yet."""
    variant = Variant(product, "one", BLANK, ())
    part = line.place(variant, 1, 0.0, np.random.default_rng(0))
    part.anchor, part.y, part.yaw = x, y, math.radians(yaw_deg)
    return part


@pytest.mark.parametrize(
    ("product", "yaw_deg", "reach"),
    [
        (PCB, 0.0, 0.054),
        (PCB, 10.0, 0.062556),  # 0.054 (cos 10 + sin 10)
        (BALL_SCREW_CARRIER, 0.0, 0.084),
        (BALL_SCREW_CARRIER, 10.0, 0.088976),  # 0.084 cos 10 + 0.036 sin 10
        (BALL_SCREW_CARRIER, -10.0, 0.088976),
        (BALL_SCREW_CARRIER, 90.0, 0.036),
        (DISC, 10.0, 0.040),
    ],
)
def test_the_leading_corner_meets_the_photo_eye(
    product: Product, yaw_deg: float, reach: float
) -> None:
    line = Line(SITE)
    part = laid(line, product, yaw_deg)
    at = 0.14 - reach  # from -1.44 to the eye at -1.30
    met = list(line.crossings(SITE.stations.photo_eye_x, at - 1e-5, at + 1e-5))
    assert [p for p, _ in met] == [part]
    assert met[0][1] == pytest.approx(at, abs=1e-6)
    assert not line.blocks(SITE.stations.photo_eye_x, at - 1e-5)
    assert line.blocks(SITE.stations.photo_eye_x, at + 1e-5)
    assert line.blocks(SITE.stations.photo_eye_x, 0.14 + reach - 1e-5)
    assert not line.blocks(SITE.stations.photo_eye_x, 0.14 + reach + 1e-5)


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda p: p.name)
def test_a_fresh_part_lies_upstream_of_the_photo_eye(product: Product) -> None:
    yaws = np.linspace(-YAW_SPREAD, YAW_SPREAD, 61)
    assert max(product.reach_m(yaw) for yaw in yaws) < SPAWN_BEFORE_EYE - 0.04


@pytest.mark.parametrize(
    ("yaw_deg", "along", "across", "taken"),
    [
        (0.0, 0.071, 0.023, True),  # the cup of 12 mm ends 1 mm inside both edges
        (0.0, 0.073, 0.0, False),  # 1 mm over the short edge
        (0.0, 0.0, 0.025, False),  # 1 mm over the long edge, on a board's 108 mm it would lie
        (10.0, 0.071, 0.023, True),
        (10.0, 0.073, 0.0, False),
        (-10.0, -0.071, 0.023, True),
        (-10.0, 0.0, -0.025, False),
    ],
)
def test_the_cup_takes_a_carrier_where_it_lies_wholly_on_it(
    yaw_deg: float, along: float, across: float, taken: bool
) -> None:
    line = Line(SITE)
    part = laid(line, BALL_SCREW_CARRIER, yaw_deg, x=0.1, y=0.005)
    c, s = math.cos(math.radians(yaw_deg)), math.sin(math.radians(yaw_deg))
    x, y = 0.3 + c * along - s * across, 0.005 + s * along + c * across
    assert line.under(x, y, 0.2) is (part if taken else None)


@pytest.mark.parametrize(
    ("along", "across", "taken"),
    [(0.0, 0.0, True), (0.019, 0.019, True), (0.021, 0.021, False), (0.0, 0.029, False)],
)
def test_the_cup_takes_a_disc_within_its_circle(along: float, across: float, taken: bool) -> None:
    line = Line(SITE)
    part = laid(line, DISC, 10.0, x=0.1)
    assert line.under(0.3 + along, across, 0.2) is (part if taken else None)


def test_a_recast_body_is_what_the_scene_would_have_built() -> None:
    physics = Physics(SITE)
    for slot in range(scene.PART_STOCK):
        physics.shape(slot, BALL_SCREW_CARRIER)
    wanted = scene.build(SITE, BALL_SCREW_CARRIER)
    assert unlike(physics.model, wanted) == {"body_subtreemass"}  # that of the world, the sum
    for slot in range(scene.PART_STOCK):
        physics.shape(slot, DISC)
    assert unlike(physics.model, scene.build(SITE, DISC)) == {"body_subtreemass"}
    for slot in range(scene.PART_STOCK):
        physics.shape(slot, PCB)
    assert unlike(physics.model, scene.build(SITE)) == set()


def unlike(a: mujoco.MjModel, b: mujoco.MjModel) -> set[str]:
    """Names of the arrays in which two models differ."""
    found = set()
    for name in dir(a):
        mine = getattr(a, name) if not name.startswith("_") else None
        if isinstance(mine, np.ndarray) and not np.array_equal(mine, getattr(b, name)):
            found.add(name)
    return found


class Stock:
    """Parts that differ by a number alone."""

    def __init__(self, product: Product) -> None:
        self.product = product

    def draw(self, rng: np.random.Generator, defective: bool) -> Variant:
        name = f"{self.product.name} {rng.integers(1000)} {defective}"
        return Variant(self.product, name, BLANK, ())


class Ready(Infeed):
    """A feed whose next part is always drawn: these belts run faster than a busy machine draws."""

    def take(self) -> Variant:
        while (part := super().take()) is None:
            time.sleep(0.001)
        return part


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    feed = Ready({p.name: Stock(p) for p in PRODUCTS}, "pcb", 1, 0.0)
    config = TwinConfig(truth_file=tmp_path / "truth.json", pitch_m=0.3, pitch_jitter_m=0.0)
    world = World(config, SITE, feed, lambda _exposure: None)
    yield world
    feed.close()
    world.truth.close()


def ask(world: World, op: str, **arguments: object) -> dict[str, object]:
    return carry_out(world, {"op": op, **arguments}, lambda: None)


def drive(world: World, metres: float) -> None:
    """Run the belt on by so much at 0.3 m/s."""
    end = world.plc.encoder + metres
    counts = round(end * 20_000)
    while world.plc.drive.travel < end - 0.001:
        beat = world.plc.holding[WATCHDOG] % 60_000 + 1
        world.plc.write(CONTROL, [RUN])
        world.plc.write(SPEED, [3000])
        world.plc.write(AUTHORITY, [counts >> 16, counts & 0xFFFF])
        world.plc.write(WATCHDOG, [beat])
        world.advance(2)


def test_the_product_changes_on_an_empty_belt_and_the_truth_names_it(world: World) -> None:
    ask(world, "feed", parts=1)
    drive(world, 0.05)
    # Laid at -1.44 with its corner 0.06 ahead, it meets the exit eye at 0.62 after 2.00.
    for further in (0.0, 1.70):
        drive(world, further)
        with pytest.raises(ProductError, match="1 of pcb are on their way: hold the feed and let"):
            ask(world, "product", name="ball_screw_carrier")
    drive(world, 0.27)  # past the exit eye, on the belt's last 8 cm
    assert [part.product for part in world.line.riding] == [PCB]
    ask(world, "product", name="ball_screw_carrier")
    ask(world, "feed", parts=2)
    drive(world, 0.5)
    told = [(part.product, part.picture.split()[0], part.where) for part in world.truth.parts]
    carrier = ("ball_screw_carrier", "ball_screw_carrier", truth.ON_BELT)
    assert told == [("pcb", "pcb", truth.PASSED), carrier, carrier]
    latched = [part.arrival_encoder_m for part in world.truth.parts[1:]]
    for part, at in zip(world.line.riding, latched, strict=True):
        reach = 0.084 * math.cos(part.yaw) + 0.036 * abs(math.sin(part.yaw))
        assert part.anchor + at + reach == pytest.approx(-1.30, abs=1e-5)


@pytest.mark.parametrize(
    ("product", "away", "seen"),
    [(PCB, 0.10, True), (PCB, 0.12, False), (BALL_SCREW_CARRIER, 0.16, True)],
)
def test_an_exposure_is_of_the_part_that_reaches_under_the_camera(
    world: World, product: Product, away: float, seen: bool
) -> None:
    part = laid(world.line, product, 0.0, x=SITE.stations.camera_x - away)
    world.request_exposure()
    assert bool(part.truth.exposure_encoder_m) is seen


def test_a_product_goes_by_another_name_too_if_it_has_the_size(world: World) -> None:
    drive(world, 0.05)
    ask(world, "product", name="pcb_b", size_m=[0.108, 0.108])  # what is fed: nothing changes
    world.clear_belt()
    ask(world, "product", name="screws", size_m=[0.1682, 0.0719])
    assert world.feed.product is BALL_SCREW_CARRIER


def test_a_held_feed_takes_back_what_nobody_has_seen(world: World) -> None:
    drive(world, 0.31)  # the first is past the eye, the second has just been laid on
    assert len(world.truth.parts) == 2
    assert ask(world, "feed", on=False) == {"taken_back": 1}
    assert [part.number for part in world.truth.parts] == [1]
    drive(world, 0.4)
    assert len(world.truth.parts) == 1
    ask(world, "feed", on=True)
    drive(world, 0.05)
    assert [part.number for part in world.truth.parts] == [1, 2]
    assert state(world)["feed"] == {"product": "pcb", "held": False, "more": None}


@pytest.mark.parametrize(
    ("op", "arguments", "words"),
    [
        (
            "product",
            {"name": "tile", "size_m": [0.06, 0.04]},
            "unknown product 'tile' of 60 x 40 mm; known: pcb .108 x 108 mm., ball_screw_carrier",
        ),
        ("product", {"name": "tile", "size_m": [0.168]}, "unknown product 'tile'; known"),
        ("product", {"name": "tile", "size_m": ["0.168", "0.072"]}, "unknown product"),
        ("product", {}, "unknown product None"),
        ("product", {"name": ["pcb"]}, "unknown product"),
        ("feed", {}, "feed needs"),
        ("feed", {"on": "no"}, "feed needs"),
        ("feed", {"parts": -1}, "feed needs"),
        ("defects", {"kinds": "pit", "share": 0.1}, "defects needs kinds"),
        ("defects", {"kinds": ["pit"], "share": 0.1}, "those of its pictures"),
        ("feed", {"parts": True}, "feed needs"),
        ("feed", {"parts": 1, "on": True}, "feed needs"),
    ],
)
def test_refusals(world: World, op: str, arguments: dict[str, object], words: str) -> None:
    with pytest.raises((ControlError, ProductError), match=words) as refused:
        ask(world, op, **arguments)
    assert "\n" not in str(refused.value)
    assert state(world)["feed"] == {"product": "pcb", "held": False, "more": None}


def test_a_pitch_too_short_for_the_longer_product_is_refused(tmp_path: Path) -> None:
    feed = Ready({p.name: Stock(p) for p in PRODUCTS}, "pcb", 1, 0.0)
    config = TwinConfig(truth_file=tmp_path / "truth.json", pitch_m=0.18)
    world = World(config, SITE, feed, lambda _exposure: None)
    # 2 (0.084 cos 15 + 0.036 sin 15) = 0.1809, and 10 mm between two
    with pytest.raises(ProductError, match=r"pitch_m 0.18 is too short.*at least 0.191"):
        ask(world, "product", name="ball_screw_carrier")
    feed.close()
    world.truth.close()


def test_what_is_drawn_is_the_same_whatever_is_fed_between() -> None:
    def drawn(order: list[str]) -> list[str]:
        feed = Ready({p.name: Stock(p) for p in PRODUCTS}, order[0], 3, 0.5)
        names = []
        for product in order:
            feed.change(product)
            names.append(feed.take().picture)
        feed.close()
        return names

    alone = drawn(["pcb"] * 4)
    mixed = drawn(["pcb", "ball_screw_carrier", "pcb", "pcb", "ball_screw_carrier", "pcb"])
    assert [mixed[i] for i in (0, 2, 3, 5)] == alone
