"""The cell as a MuJoCo model, built in code: arm, tool, belt, bins, boxes, a stock of parts.

The arm's frames follow the DH parameters, so the simulated flange agrees with them exactly; the
links are simple solids with the robot's published masses. Collision bits: the arm hits surroundings
and its own upper arm; loose parts hit surroundings and parts; parts that ride on the belt are
moved by the belt and hit nothing.
"""

from __future__ import annotations

import math

import mujoco
import numpy as np

from calibration.cell import CellCalibration
from calibration.places import BinEntry
from twin.layout import GROUND_Z
from twin.product import PCB, Product
from twin.ur.kinematics import DH_A, DH_ALPHA, DH_D

STEP_S = 0.002
PART_STOCK = 12

ARM, STATIC, RIDING, LOOSE, UPPER_ARM = 1, 2, 4, 8, 16
LINK_MASSES = (3.761, 8.058, 2.846, 1.37, 1.3, 0.365)
ROTOR_INERTIA = 0.1
CONTACT = [2.5 * STEP_S, 1.0]
"""As stiff as the step allows: parts are thin."""
PARKED = (3.0, 3.0, -0.7)
"""Where parts wait that are not in play [m]; each one 0.2 m above the other."""

SHAPED = {
    "body": ("body_mass", "body_subtreemass", "body_inertia", "body_invweight0"),
    "dof": ("dof_M0", "dof_invweight0", "dof_length"),
    "geom": ("geom_size", "geom_rbound", "geom_aabb"),
    "bvh": ("bvh_aabb",),
}
"""What of a compiled model depends on a part's size and mass."""


def build(site: CellCalibration, product: Product = PCB) -> mujoco.MjModel:
    """Compile the model: joints `j1`..`j6`, `belt`; site `tcp`; bodies `tool`, `part0`...

    All parts are of `product`; models of two products differ in sizes and masses alone.
    """
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.option.timestep = STEP_S
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.iterations = 20
    _add_arm(spec, site)
    _add_surroundings(spec, site)
    for index in range(PART_STOCK):
        _add_part(spec, index, product)
    return spec.compile()


def recast(model: mujoco.MjModel, mould: mujoco.MjModel, body: int) -> None:
    """Give a part's body in `model` size, mass and what follows of them from `mould`.

    So the stock of one product serves for all of them: a second stock would slow every step.
    """
    dof = model.body_dofadr[body]
    rows = {
        "body": body,
        "dof": slice(dof, dof + 6),
        "geom": model.body_geomadr[body],
        "bvh": model.body_bvhadr[body],
    }
    for kind, names in SHAPED.items():
        for name in names:
            getattr(model, name)[rows[kind]] = getattr(mould, name)[rows[kind]]


def _solid(
    body: mujoco.MjsBody,
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    mass: float,
    bits: tuple[int, int],
    *,
    kind: mujoco.mjtGeom = mujoco.mjtGeom.mjGEOM_CAPSULE,
) -> mujoco.MjsGeom:
    """A capsule or cylinder between two points of a body."""
    return body.add_geom(
        type=kind,
        fromto=[*start, *end],
        size=[radius, 0.0, 0.0],
        mass=mass,
        contype=bits[0],
        conaffinity=bits[1],
    )


def _add_arm(spec: mujoco.MjSpec, site: CellCalibration) -> None:
    hits = (ARM, STATIC | UPPER_ARM)
    none = (0, 0)
    cylinder = mujoco.mjtGeom.mjGEOM_CYLINDER
    pose, turned = site.robot_base.pose(), np.zeros(4)
    mujoco.mju_mat2Quat(turned, pose.rotation.ravel())
    bodies = [spec.worldbody.add_body(name="base", pos=pose.translation, quat=turned)]
    for index in range(6):
        previous = index - 1
        offset, twist = ([0.0, 0.0, 0.0], 0.0)
        if index > 0:
            offset, twist = [DH_A[previous], 0.0, DH_D[previous]], DH_ALPHA[previous]
        quaternion = [math.cos(twist / 2), math.sin(twist / 2), 0.0, 0.0]
        body = bodies[-1].add_body(name=f"link{index + 1}", pos=offset, quat=quaternion)
        body.add_joint(
            name=f"j{index + 1}",
            axis=[0, 0, 1],
            armature=ROTOR_INERTIA,
            range=[-2 * math.pi, 2 * math.pi],
        )
        bodies.append(body)
    base, shoulder, upper, fore, wrist1, wrist2, wrist3 = bodies
    _solid(base, (0, 0, 0.0), (0, 0, 0.09), 0.075, 4.0, none, kind=cylinder)
    _solid(
        shoulder, (0, 0, 0.10), (0, 0, DH_D[0] + 0.05), 0.06, LINK_MASSES[0], none, kind=cylinder
    )
    # Upper arm and forearm lie beside the plane of the DH frames, as the real castings do.
    _solid(
        upper, (0, 0, 0.138), (DH_A[1], 0, 0.138), 0.055, LINK_MASSES[1] - 2, (UPPER_ARM, STATIC)
    )
    _solid(upper, (0, 0, 0.03), (0, 0, 0.138), 0.058, 2.0, none)
    _solid(fore, (0, 0, 0.007), (DH_A[2], 0, 0.007), 0.045, LINK_MASSES[2] - 1, (ARM, STATIC))
    _solid(fore, (0, 0, 0.007), (0, 0, 0.138), 0.05, 1.0, (0, 0))
    _solid(wrist1, (0, 0, 0.03), (0, 0, DH_D[3]), 0.042, LINK_MASSES[3], hits)
    _solid(wrist2, (0, 0, 0.0), (0, 0, DH_D[4]), 0.042, LINK_MASSES[4], hits)
    _solid(wrist3, (0, 0, 0.06), (0, 0, DH_D[5]), 0.036, LINK_MASSES[5], hits, kind=cylinder)
    _add_tool(wrist3, hits, site.tool.length)


def _add_tool(flange_link: mujoco.MjsBody, hits: tuple[int, int], length: float) -> None:
    cylinder = mujoco.mjtGeom.mjGEOM_CYLINDER
    tool = flange_link.add_body(name="tool", pos=[0.0, 0.0, DH_D[5]])
    _solid(tool, (0, 0, 0), (0, 0, 0.04), 0.032, 0.30, hits, kind=cylinder)
    # The bellows give way by some millimetres: what is solid ends before the lip.
    stiff_end = length - 0.004
    _solid(tool, (0, 0, 0.04), (0, 0, stiff_end), 0.010, 0.10, hits, kind=cylinder)
    tool.add_site(name="tcp", pos=[0.0, 0.0, length])


def _add_surroundings(spec: mujoco.MjSpec, site: CellCalibration) -> None:
    world, box = spec.worldbody, mujoco.mjtGeom.mjGEOM_BOX
    world.add_geom(
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[4, 4, 0.1],
        pos=[0, 0, GROUND_Z],
        contype=STATIC,
        conaffinity=0,
    )
    for obstacle in site.boxes:
        half = [side / 2 for side in obstacle.size]
        world.add_geom(type=box, pos=obstacle.centre, size=half, contype=STATIC, conaffinity=0)
    whole = site.belt.box()
    belt = world.add_body(name="belt", pos=whole.centre, gravcomp=1)
    belt.add_joint(name="belt", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[1, 0, 0])
    belt.add_geom(
        type=box,
        size=[side / 2 for side in whole.size],
        mass=500,
        contype=STATIC,
        conaffinity=0,
        friction=[0.9, 0.005, 0.0001],
    )
    for place in site.bins.values():
        _add_bin(world, place)


def _add_bin(world: mujoco.MjsBody, place: BinEntry) -> None:
    """Four walls on a bottom."""
    x, y, _ = place.drop
    along, across, high = (side / 2 for side in place.size)
    wall = place.wall / 2
    sides = [
        ((along - wall, 0.0, 0.0), (wall, across, high)),
        ((wall - along, 0.0, 0.0), (wall, across, high)),
        ((0.0, across - wall, 0.0), (along - 2 * wall, wall, high)),
        ((0.0, wall - across, 0.0), (along - 2 * wall, wall, high)),
        ((0.0, 0.0, wall - high), (along - 2 * wall, across - 2 * wall, wall)),
    ]
    for (dx, dy, dz), size in sides:
        position = [x + dx, y + dy, place.rim_z - high + dz]
        world.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, pos=position, size=size, contype=STATIC, conaffinity=0
        )


def _add_part(spec: mujoco.MjSpec, index: int, product: Product) -> None:
    x, y, z = PARKED
    body = spec.worldbody.add_body(name=f"part{index}", pos=[x, y, z + 0.2 * index], gravcomp=1)
    body.add_freejoint()
    body.add_geom(
        name=f"part{index}",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[*product.half_m, product.thickness_m / 2],
        mass=product.mass_kg,
        contype=RIDING,
        conaffinity=0,
        friction=[0.6, 0.005, 0.0001],
        solref=CONTACT,
    )
    weld = spec.add_equality(
        name=f"suction{index}",
        type=mujoco.mjtEq.mjEQ_WELD,
        objtype=mujoco.mjtObj.mjOBJ_BODY,
        name1="tool",
        name2=f"part{index}",
        active=False,
    )
    weld.solref = CONTACT
