"""A UR5e drawn with cylinders along its Denavit-Hartenberg chain. For the eye only."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from nicegui import ui
from nicegui.elements.scene.scene_object3d import Object3D

LINK_COLOR: Final = "#c3ccd6"
JOINT_COLOR: Final = "#5fa8d3"
TOOL_COLOR: Final = "#3b4654"
CUP_COLOR: Final = "#e8a33d"
STEP_RAD: Final = 0.003
"""Smaller joint movements are not sent to the browser."""


class Link(NamedTuple):
    """Denavit-Hartenberg parameters [m, rad] of one joint."""

    d: float
    a: float
    alpha: float


UR5E: Final = (
    Link(0.1625, 0.0, math.pi / 2),
    Link(0.0, -0.425, 0.0),
    Link(0.0, -0.3922, 0.0),
    Link(0.1333, 0.0, math.pi / 2),
    Link(0.0997, 0.0, -math.pi / 2),
    Link(0.0996, 0.0, 0.0),
)
"""Source: Universal Robots, "DH parameters for calculations of kinematics and dynamics"."""

CUP_HEIGHT: Final = 0.02


class Tube(NamedTuple):
    """A cylinder in a joint's frame: along x at z = `offset`, or along z at x = `offset` [m]."""

    axis: str
    offset: float
    start: float
    end: float
    radius: float
    color: str


SHAPES: Final[tuple[tuple[Tube, ...], ...]] = (
    (Tube("z", 0, 0.0, 0.10, 0.075, LINK_COLOR), Tube("z", 0, 0.10, 0.225, 0.060, JOINT_COLOR)),
    (
        Tube("z", 0, 0.0, 0.20, 0.060, JOINT_COLOR),
        Tube("x", 0.138, -0.425, 0.0, 0.046, LINK_COLOR),
        Tube("z", -0.425, 0.06, 0.20, 0.052, JOINT_COLOR),
    ),
    (
        Tube("z", 0, -0.04, 0.07, 0.050, LINK_COLOR),
        Tube("x", 0.010, -0.3922, 0.0, 0.038, LINK_COLOR),
        Tube("z", -0.3922, -0.04, 0.075, 0.042, JOINT_COLOR),
    ),
    (Tube("z", 0, 0.06, 0.18, 0.040, LINK_COLOR),),
    (Tube("z", 0, -0.02, 0.145, 0.039, JOINT_COLOR),),
    (Tube("z", 0, 0.05, 0.0996, 0.037, LINK_COLOR),),
)
"""What is drawn in the frame that turns with each joint."""


class ArmModel:
    """The arm in a `ui.scene`; create it inside the scene's context, at the robot's base.

    tool_length: from the flange to the lip of the suction cup [m]. `tool` is the group at that lip.
    """

    def __init__(self, scene: ui.scene, tool_length: float) -> None:
        self._joints: list[Object3D] = []
        self._angles = [0.0] * len(UR5E)
        self.root = scene.group()
        parent: Object3D = self.root
        for link, tubes in zip(UR5E, SHAPES, strict=True):
            with parent:
                joint = scene.group()
                with joint:
                    for tube in tubes:
                        draw(scene, tube)
                    parent = scene.group().move(link.a, 0, link.d).rotate(link.alpha, 0, 0)
            self._joints.append(joint)
        with parent:
            draw(scene, Tube("z", 0, 0.0, tool_length - CUP_HEIGHT, 0.014, TOOL_COLOR))
            draw(scene, Tube("z", 0, tool_length - CUP_HEIGHT, tool_length, 0.024, CUP_COLOR))
            self.tool = scene.group().move(0, 0, tool_length)

    def move(self, joints: tuple[float, ...]) -> None:
        """Turn the joints to these angles [rad], base to tip."""
        for index, (joint, angle) in enumerate(zip(self._joints, joints, strict=False)):
            if abs(angle - self._angles[index]) > STEP_RAD:
                self._angles[index] = angle
                joint.rotate(0, 0, angle)


def draw(scene: ui.scene, tube: Tube) -> None:
    """A cylinder; three.js makes them along y, so turn it to its axis."""
    length, middle = tube.end - tube.start, (tube.start + tube.end) / 2
    shape = scene.cylinder(tube.radius, tube.radius, length, 20).material(tube.color)
    if tube.axis == "x":
        shape.rotate(0, 0, math.pi / 2).move(middle, 0, tube.offset)
    else:
        shape.rotate(math.pi / 2, 0, 0).move(tube.offset, 0, middle)
