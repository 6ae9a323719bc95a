"""The cell's furniture and the parts in the 3D picture. Metres, frame `cell`."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from nicegui import ui
from nicegui.elements.scene.scene_object3d import Object3D

from calibration.cell import CellCalibration
from calibration.places import BinEntry
from cell.hmi.model import Verdict

BELT_COLOR: Final = "#27303a"
STRIPE_COLOR: Final = "#3a4653"
FRAME_COLOR: Final = "#4b5866"
PART_COLOR: Final = "#d9dfd2"
VERDICT_COLORS: Final = {
    Verdict.PASS: "#1fb894",
    Verdict.REJECT: "#f0603a",
    Verdict.REVIEW: "#f2b632",
    Verdict.NONE: "#8b97a5",
}
STRIPE_PITCH: Final = 0.10
SEEN: Final = 0.006
"""Thinner parts are drawn so high [m]."""


class BeltModel:
    """The belt with stripes that move as it does, camera, eyes and the last safe position."""

    def __init__(self, scene: ui.scene, site: CellCalibration) -> None:
        belt = site.belt
        length, middle = belt.x_end - belt.x_start, (belt.x_end + belt.x_start) / 2
        scene.box(length, belt.width, 0.05).material(BELT_COLOR).move(middle, 0, -0.026)
        for side in (-1, 1):
            rail = scene.box(length, 0.02, 0.07).material(FRAME_COLOR)
            rail.move(middle, side * (belt.width / 2 + 0.01), -0.03)
        self._stripes = scene.group()
        with self._stripes:
            for index in range(int(length / STRIPE_PITCH)):
                stripe = scene.box(0.008, belt.width, 0.001).material(STRIPE_COLOR)
                stripe.move(belt.x_start + 0.004 + index * STRIPE_PITCH, 0, 0)
        self._eyes(scene, site)
        self._camera(scene, site)

    def carry(self, encoder_m: float) -> None:
        """Show the belt at this travel."""
        self._stripes.move(round(encoder_m % STRIPE_PITCH, 3), 0, 0)

    def _eyes(self, scene: ui.scene, site: CellCalibration) -> None:
        edge, stations = site.belt.width / 2 + 0.03, site.stations
        for x in (stations.photo_eye_x, stations.exit_eye_x):
            for side in (-1, 1):
                scene.box(0.03, 0.03, 0.09).material("#8b97a5").move(x, side * edge, 0.02)
        limit = scene.box(0.012, site.belt.width, 0.002).material("#f0603a")
        limit.move(stations.last_safe_x, 0, 0.001)

    def _camera(self, scene: ui.scene, site: CellCalibration) -> None:
        x, height = site.stations.camera_x, site.camera.pose.position[2]
        post_y = site.belt.width / 2 + 0.08
        scene.box(0.03, 0.03, height + 0.1).material(FRAME_COLOR).move(x, post_y, height / 2)
        scene.box(0.03, post_y, 0.03).material(FRAME_COLOR).move(x, post_y / 2, height + 0.07)
        scene.box(0.05, 0.05, 0.09).material("#7d8b99").move(x, 0, height)
        cone = scene.cylinder(0.01, 0.17, height - 0.05, 4).material("#7fc4ff", 0.10)
        cone.rotate(math.pi / 2, 0, 0).move(x, 0, (height - 0.05) / 2)


class BinModel:
    """An open bin with its name."""

    def __init__(self, scene: ui.scene, place: BinEntry) -> None:
        self._scene = scene
        self._place = place
        self._text = ""
        self._label: Object3D | None = None
        (x, y, _), (along, across, high), thick = place.drop, place.size, place.wall
        with scene.group().move(x, y, place.rim_z - high / 2):
            for dx, dy, width, depth in (
                ((along - thick) / 2, 0, thick, across),
                ((thick - along) / 2, 0, thick, across),
                (0, (across - thick) / 2, along, thick),
                (0, (thick - across) / 2, along, thick),
            ):
                scene.box(width, depth, high).material("#6b7a8c", 0.85).move(dx, dy, 0)
            floor = scene.box(along, across, thick).material("#3d4856")
            floor.move(0, 0, (thick - high) / 2)

    def call(self, words: str) -> None:
        """Write this name at the bin."""
        if words == self._text:
            return
        self._text = words
        if self._label is not None:
            self._label.delete()
        x, y, _ = self._place.drop
        with self._scene:
            self._label = self._scene.text(words, "font-size:0.8rem;color:#c9d3dd").move(
                x, y - self._place.size[1] / 2 - 0.05, self._place.rim_z
            )


class PartSize(NamedTuple):
    """Along the part's x, along its y, and its height [m]."""

    length: float
    width: float
    thickness: float


class PartModel:
    """A part with a sign on it: plate for pass, cross for reject, diamond for review."""

    def __init__(self, scene: ui.scene, size: PartSize) -> None:
        self.group = scene.group().visible(False)
        self._signs: dict[Verdict, Object3D] = {}
        height = max(size.thickness, SEEN)
        with self.group:
            block = scene.box(size.length, size.width, height).material(PART_COLOR)
            block.move(0, 0, 0.001 + height / 2)
            for verdict in (Verdict.PASS, Verdict.REJECT, Verdict.REVIEW):
                with scene.group().visible(False).move(0, 0, height) as sign:
                    draw_sign(scene, verdict, min(size.length, size.width))
                self._signs[verdict] = sign

    def place(self, x: float, y: float, yaw: float, verdict: Verdict) -> None:
        """Show the part at this pose with this verdict."""
        self.group.move(round(x, 3), round(y, 3), 0).rotate(0, 0, round(yaw, 3)).visible(True)
        for kind, sign in self._signs.items():
            sign.visible(kind is verdict)

    def hide(self) -> None:
        """Take the part out of the picture."""
        self.group.visible(False)

    def delete(self) -> None:
        """Let go of it for good."""
        self.group.delete()


def draw_sign(scene: ui.scene, verdict: Verdict, size: float) -> None:
    """The sign of a verdict, lying on a part; `size`: the part's shorter side [m]."""
    color = VERDICT_COLORS[verdict]
    if verdict is Verdict.PASS:
        disc = scene.cylinder(0.40 * size, 0.40 * size, 0.006, 24).material(color)
        disc.rotate(math.pi / 2, 0, 0).move(0, 0, 0.003)
    elif verdict is Verdict.REJECT:
        for angle in (math.pi / 4, -math.pi / 4):
            bar = scene.box(1.1 * size, 0.24 * size, 0.006).material(color)
            bar.rotate(0, 0, angle).move(0, 0, 0.003)
    else:
        diamond = scene.box(0.62 * size, 0.62 * size, 0.006).material(color)
        diamond.rotate(0, 0, math.pi / 4).move(0, 0, 0.003)
