"""The cell as a MuJoCo model, built in code: arm, tool, belt, bins, pedestal, a stock of parts.

The arm's frames follow the DH parameters, so the simulated flange agrees with them exactly; the
links are simple solids with the robot's published masses. Collision bits: the arm hits surroundings
and its own upper arm; loose parts hit surroundings and parts; parts that ride on the belt are
moved by the belt and hit nothing.
"""

from __future__ import annotations

import math

import mujoco

from twin import layout
from twin.product import PCB, Product
from twin.ur.kinematics import DH_A, DH_ALPHA, DH_D

STEP_S = 0.002
PART_STOCK = 12

ARM, STATIC, RIDING, LOOSE, UPPER_ARM = 1, 2, 4, 8, 16
LINK_MASSES = (3.761, 8.058, 2.846, 1.37, 1.3, 0.365)
ROTOR_INERTIA = 0.1
CONTACT = [2.5 * STEP_S, 1.0]
"""As stiff as the step allows: parts are thin."""
BIN_BOTTOM = 0.02
PARKED = (3.0, 3.0, -0.7)
"""Where parts wait that are not in play [m]; each one 0.2 m above the other."""

SHAPED = {
    "body": ("body_mass", "body_subtreemass", "body_inertia", "body_invweight0"),
    "dof": ("dof_M0", "dof_invweight0", "dof_length"),
    "geom": ("geom_type", "geom_size", "geom_rbound", "geom_aabb"),
    "bvh": ("bvh_aabb",),
}
"""What of a compiled model depends on a part's shape, size and mass."""


def build(product: Product = PCB) -> mujoco.MjModel:
    """Compile the model: joints `j1`..`j6`, `belt`; site `tcp`; bodies `tool`, `part0`...

    All parts are of `product`; models of two products differ in shapes, sizes and masses alone.
    """
    spec = mujoco.MjSpec()
    spec.compiler.degree = False
    spec.option.timestep = STEP_S
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.iterations = 20
    _add_arm(spec)
    _add_surroundings(spec)
    for index in range(PART_STOCK):
        _add_part(spec, index, product)
    return spec.compile()


def recast(model: mujoco.MjModel, mould: mujoco.MjModel, body: int) -> None:
    """Give a part's body in `model` shape, size, mass and what follows of them from `mould`.

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


def _add_arm(spec: mujoco.MjSpec) -> None:
    hits = (ARM, STATIC | UPPER_ARM)
    none = (0, 0)
    cylinder = mujoco.mjtGeom.mjGEOM_CYLINDER
    bodies = [spec.worldbody.add_body(name="base", pos=list(layout.ROBOT_BASE))]
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
    _add_tool(wrist3, hits)


def _add_tool(flange_link: mujoco.MjsBody, hits: tuple[int, int]) -> None:
    cylinder = mujoco.mjtGeom.mjGEOM_CYLINDER
    tool = flange_link.add_body(name="tool", pos=[0.0, 0.0, DH_D[5]])
    _solid(tool, (0, 0, 0), (0, 0, 0.04), 0.032, 0.30, hits, kind=cylinder)
    # The bellows give way by some millimetres: what is solid ends before the lip.
    stiff_end = layout.TOOL_LENGTH - 0.004
    _solid(tool, (0, 0, 0.04), (0, 0, stiff_end), 0.010, 0.10, hits, kind=cylinder)
    tool.add_site(name="tcp", pos=[0.0, 0.0, layout.TOOL_LENGTH])


def _add_surroundings(spec: mujoco.MjSpec) -> None:
    world, box = spec.worldbody, mujoco.mjtGeom.mjGEOM_BOX
    world.add_geom(
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        size=[4, 4, 0.1],
        pos=[0, 0, layout.FLOOR_Z],
        contype=STATIC,
        conaffinity=0,
    )
    base_x, base_y, base_z = layout.ROBOT_BASE
    half_post = (base_z - 0.005 - layout.FLOOR_Z) / 2
    world.add_geom(
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        size=[0.09, half_post, 0],
        pos=[base_x, base_y, layout.FLOOR_Z + half_post],
        contype=STATIC,
        conaffinity=0,
    )
    length = layout.BELT_END_X - layout.BELT_START_X
    belt = world.add_body(name="belt", pos=[layout.BELT_START_X + length / 2, 0, -0.05], gravcomp=1)
    belt.add_joint(name="belt", type=mujoco.mjtJoint.mjJNT_SLIDE, axis=[1, 0, 0])
    belt.add_geom(
        type=box,
        size=[length / 2, layout.BELT_HALF_WIDTH, 0.05],
        mass=500,
        contype=STATIC,
        conaffinity=0,
        friction=[0.9, 0.005, 0.0001],
    )
    for bin_ in layout.BINS:
        _add_bin(world, bin_)


def _add_bin(world: mujoco.MjsBody, bin_: layout.Bin) -> None:
    half, wall = layout.BIN_HALF_INSIDE, layout.BIN_WALL
    middle_z = layout.BIN_RIM_Z - layout.BIN_DEPTH / 2
    sides = [
        ((half + wall, 0.0), (wall, half + 2 * wall)),
        ((-half - wall, 0.0), (wall, half + 2 * wall)),
        ((0.0, half + wall), (half, wall)),
        ((0.0, -half - wall), (half, wall)),
    ]
    parts = [
        ((bin_.x + dx, bin_.y + dy, middle_z), (sx, sy, layout.BIN_DEPTH / 2))
        for (dx, dy), (sx, sy) in sides
    ]
    bottom_z = layout.BIN_RIM_Z - layout.BIN_DEPTH - BIN_BOTTOM
    parts.append(((bin_.x, bin_.y, bottom_z), (half, half, BIN_BOTTOM)))
    for position, size in parts:
        world.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX, pos=position, size=size, contype=STATIC, conaffinity=0
        )


def _add_part(spec: mujoco.MjSpec, index: int, product: Product) -> None:
    x, y, z = PARKED
    body = spec.worldbody.add_body(name=f"part{index}", pos=[x, y, z + 0.2 * index], gravcomp=1)
    body.add_freejoint()
    body.add_geom(
        name=f"part{index}",
        type=mujoco.mjtGeom.mjGEOM_CYLINDER if product.round else mujoco.mjtGeom.mjGEOM_BOX,
        size=[product.half_m[0], product.thickness_m / 2, 0.0]
        if product.round
        else [*product.half_m, product.thickness_m / 2],
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
