"""The site as a URDF: the frames that motions are planned by, simple solids for the eye. Pure.

Format: the URDF specification (wiki.ros.org/urdf/XML). Link masses and joint torques: Universal
Robots' data of the UR5e; the solids are those that collisions are checked with, without the
allowance of their round ends, and each link's inertia is that of its first one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import numpy as np

from calibration.cell import CellCalibration
from calibration.geometry import Float
from robot.motion.frames import LINKS, ROOT, Joint, tree
from robot.motion.kinematics import A2, A3, D1, D4, D5, JOINT_LIMIT

Point = tuple[float, float, float]
Solid = tuple[Point, Point, float]
"""A cylinder: from, to, radius [m], in its link's frame."""

SOLIDS: dict[str, tuple[Solid, ...]] = {
    "shoulder_link": (
        ((0.0, 0.0, 0.05 - D1), (0.0, 0.0, 0.0), 0.075),
        ((0.0, 0.0, 0.0), (0.0, -0.138, 0.0), 0.075),
    ),
    "upper_arm_link": (((0.0, 0.0, 0.138), (A2, 0.0, 0.138), 0.065),),
    "forearm_link": (
        ((0.0, 0.0, 0.007), (A3, 0.0, 0.007), 0.055),
        ((0.0, 0.0, 0.138), (0.0, 0.0, 0.007), 0.062),
    ),
    "wrist_1_link": (
        ((0.0, 0.0, 0.0), (0.0, -D5, 0.0), 0.046),
        ((0.0, 0.0, 0.007 - D4), (0.0, 0.0, 0.0), 0.046),
    ),
    "wrist_2_link": (((0.0, 0.0, 0.0), (0.0, 0.05, 0.0), 0.046),),
    "wrist_3_link": (((0.0, 0.0, -0.05), (0.0, 0.0, 0.0), 0.042),),
}
_MASS_KG = dict(zip(LINKS, (3.761, 8.058, 2.846, 1.37, 1.3, 0.365), strict=True))
_EFFORT_NM = (150.0, 150.0, 150.0, 28.0, 28.0, 28.0)
_SPEED_RAD_S = math.pi
_CUP_RADIUS_M, _BLUNT_M = 0.016, 0.020
"""As in `robot.motion.collision`: the soft lip is no solid."""


def urdf(site: CellCalibration) -> str:
    """The robot description: root link `cell`, every frame of the site a link."""
    joints = tree(site)
    robot = Element("robot", name=site.robot_model.lower())
    tool = max(site.tool.length - _BLUNT_M, 1e-3)
    solids = SOLIDS | {"tool0": (((0.0, 0.0, 0.0), (0.0, 0.0, tool), _CUP_RADIUS_M),)}
    root = SubElement(robot, "link", name=ROOT)
    for box in site.obstacles():
        size = _words(box.size)
        _solid(root, _words(box.centre), "0 0 0", "box", {"size": size})
    for joint in joints:
        _link(robot, joint.child, solids.get(joint.child, ()))
    effort = iter(_EFFORT_NM)
    for joint in joints:
        _joint(robot, joint, effort)
    indent(robot)
    return '<?xml version="1.0"?>\n' + tostring(robot, encoding="unicode") + "\n"


def rpy(rotation: Float) -> tuple[float, float, float]:
    """Roll, pitch and yaw [rad] of a rotation (3, 3): about the fixed axes x, then y, then z."""
    r = np.asarray(rotation).tolist()
    level = math.hypot(r[0][0], r[1][0])
    pitch = math.atan2(-r[2][0], level)
    if level > 1e-9:
        return math.atan2(r[2][1], r[2][2]), pitch, math.atan2(r[1][0], r[0][0])
    # Looking straight up or down, roll and yaw turn about one axis: all of it is called roll.
    return math.atan2(-r[1][2], r[1][1]), pitch, 0.0


def _link(robot: Element, name: str, solids: tuple[Solid, ...]) -> None:
    link = SubElement(robot, "link", name=name)
    if name in _MASS_KG:
        _inertia(link, solids[0], _MASS_KG[name])
    for solid in solids:
        (place, turned), (radius, length) = _placed(solid), _measures(solid)
        _solid(link, place, turned, "cylinder", {"radius": repr(radius), "length": repr(length)})


def _solid(link: Element, xyz: str, turned: str, kind: str, sizes: dict[str, str]) -> None:
    for use in ("visual", "collision"):
        seen = SubElement(link, use)
        SubElement(seen, "origin", xyz=xyz, rpy=turned)
        SubElement(SubElement(seen, "geometry"), kind, sizes)


def _inertia(link: Element, solid: Solid, mass: float) -> None:
    radius, length = _measures(solid)
    across, along = mass * (3.0 * radius**2 + length**2) / 12.0, mass * radius**2 / 2.0
    place, turned = _placed(solid)
    inertial = SubElement(link, "inertial")
    SubElement(inertial, "origin", xyz=place, rpy=turned)
    SubElement(inertial, "mass", value=repr(mass))
    values = {"ixx": across, "iyy": across, "izz": along, "ixy": 0.0, "ixz": 0.0, "iyz": 0.0}
    SubElement(inertial, "inertia", {key: repr(value) for key, value in values.items()})


def _joint(robot: Element, joint: Joint, effort: Iterable[float]) -> None:
    kind = "revolute" if joint.turns else "fixed"
    element = SubElement(robot, "joint", name=joint.name, type=kind)
    place, turned = joint.pose.translation.tolist(), rpy(joint.pose.rotation)
    SubElement(element, "origin", xyz=_words(place), rpy=_words(turned))
    SubElement(element, "parent", link=joint.parent)
    SubElement(element, "child", link=joint.child)
    if joint.turns:
        SubElement(element, "axis", xyz="0 0 1")
        limits = {"lower": -JOINT_LIMIT, "upper": JOINT_LIMIT, "velocity": _SPEED_RAD_S}
        limits["effort"] = next(iter(effort))
        SubElement(element, "limit", {key: repr(value) for key, value in limits.items()})


def _placed(solid: Solid) -> tuple[str, str]:
    """xyz of a cylinder's middle, and rpy that turns z along it."""
    start, end, _ = solid
    dx, dy, dz = np.subtract(end, start).tolist()
    tilt = math.atan2(math.hypot(dx, dy), dz)
    return _words(np.add(start, end) / 2.0), _words((0.0, tilt, math.atan2(dy, dx)))


def _measures(solid: Solid) -> tuple[float, float]:
    """Radius and length [m]."""
    start, end, radius = solid
    return radius, math.dist(start, end)


def _words(values: Iterable[float]) -> str:
    return " ".join(repr(float(value)) for value in values)
