"""The simulated arm and parts: one MuJoCo model, stepped at 500 Hz. Frame `cell`, SI units."""

from __future__ import annotations

import math

import mujoco
import numpy as np

from calibration.cell import CellCalibration
from calibration.geometry import Float, Pose2D
from twin import scene
from twin.product import PCB, Product
from twin.ur.kinematics import TORQUE_LIMITS
from twin.ur.motion import Motion

START_POSE = (-1.9615, -1.9528, 2.1772, -1.7952, -1.5708, -0.3907)
"""Elbow up, tool down over (0, -0.15, 0.25)."""
BANDWIDTH = 80.0
"""Corner frequency of the joint control [rad/s]."""
HIT_FORCE = 60.0
"""Contact force on the arm that its collision detection does not let pass [N]."""


class Physics:
    """Owns the MuJoCo state. Not thread-safe: one loop steps and asks it."""

    def __init__(self, site: CellCalibration) -> None:
        self._site = site
        self.model = scene.build(site)
        self.data = mujoco.MjData(self.model)
        self.data.qpos[:6] = START_POSE
        self._mass = np.zeros((self.model.nv, self.model.nv))
        self._torque_limits = np.array(TORQUE_LIMITS)
        self._belt_dof = int(self.model.joint("belt").dofadr[0])
        self._belt_q = int(self.model.joint("belt").qposadr[0])
        self._tcp = self.model.site("tcp").id
        self._tool = self.model.body("tool").id
        self._parts = [self.model.body(f"part{i}").id for i in range(scene.PART_STOCK)]
        self._geoms = [self.model.geom(f"part{i}").id for i in range(scene.PART_STOCK)]
        joints = self.model.body_jntadr[self._parts]
        self._q = self.model.jnt_qposadr[joints]
        self._v = self.model.jnt_dofadr[joints]
        first_link = self.model.body("link1").id
        self._arm_geoms = frozenset(
            i for i, body in enumerate(self.model.geom_bodyid) if first_link <= body <= self._tool
        )
        self._products = [PCB] * scene.PART_STOCK
        self._moulds: dict[Product, mujoco.MjModel] = {}
        mujoco.mj_forward(self.model, self.data)

    # The arm

    def step(self, motion: Motion, time: float, count: int, belt_speed: float) -> None:
        """Advance `count` steps from `time` [s]: the arm follows `motion`, the belt moves."""
        data = self.data
        mujoco.mj_fullM(self.model, data, self._mass)
        mass = self._mass[:6, :6]
        for index in range(count):
            reference = motion.at(time + index * scene.STEP_S)
            error = reference.q - data.qpos[:6]
            rate = reference.qd - data.qvel[:6]
            wanted = reference.qdd + BANDWIDTH**2 * error + 2.0 * BANDWIDTH * rate
            torque = mass @ wanted + data.qfrc_bias[:6]
            data.qfrc_applied[:6] = np.clip(torque, -self._torque_limits, self._torque_limits)
            data.qpos[self._belt_q] = 0.0
            data.qvel[self._belt_dof] = belt_speed
            mujoco.mj_step(self.model, data)
        # mj_step leaves positions of bodies one step behind the joints.
        mujoco.mj_kinematics(self.model, data)

    @property
    def joints(self) -> Float:
        """Joint angles, shape (6,)."""
        return np.asarray(self.data.qpos[:6])

    @property
    def joint_speeds(self) -> Float:
        """Joint speeds, shape (6,)."""
        return np.asarray(self.data.qvel[:6])

    def tcp(self) -> tuple[Float, Float]:
        """Position (3,) and rotation (3, 3) of the cup's lip."""
        return self.data.site_xpos[self._tcp], self.data.site_xmat[self._tcp].reshape(3, 3)

    def tcp_speed(self) -> Float:
        """Linear and angular speed (6,: m/s, rad/s) of the cup's lip, axes of `cell`."""
        speed = np.zeros(6)
        kind = mujoco.mjtObj.mjOBJ_SITE
        mujoco.mj_objectVelocity(self.model, self.data, kind, self._tcp, speed, 0)
        return np.concatenate([speed[3:], speed[:3]])

    def arm_hit(self) -> float:
        """Greatest contact force on the arm [N], 0 where it touches nothing."""
        data = self.data
        if data.ncon == 0:
            return 0.0
        force, worst = np.zeros(6), 0.0
        for index, (first, second) in enumerate(data.contact.geom):
            if first in self._arm_geoms or second in self._arm_geoms:
                mujoco.mj_contactForce(self.model, data, index, force)
                worst = max(worst, abs(float(force[0])))
        return worst

    # Parts by slot (0 to PART_STOCK - 1)

    def shape(self, slot: int, product: Product) -> None:
        """Make a part that is out of play one of `product`."""
        if self._products[slot] == product:
            return
        self._products[slot] = product
        if product not in self._moulds:
            self._moulds[product] = scene.build(self._site, product)
        scene.recast(self.model, self._moulds[product], self._parts[slot])

    def ride(self, slot: int, pose: Pose2D, speed: float) -> None:
        """Put a part flat on the belt, moving with it."""
        q, v = self._q[slot], self._v[slot]
        half = 0.5 * pose.yaw
        self.data.qpos[q : q + 7] = (
            pose.x,
            pose.y,
            self._products[slot].thickness_m / 2,
            math.cos(half),
            0.0,
            0.0,
            math.sin(half),
        )
        self.data.qvel[v : v + 6] = (speed, 0.0, 0.0, 0.0, 0.0, 0.0)

    def set_loose(self, slot: int, loose: bool) -> None:
        """Give a part weight and contacts, or take them away while the belt carries it."""
        geom, body = self._geoms[slot], self._parts[slot]
        kind = scene.LOOSE if loose else scene.RIDING
        hits = scene.STATIC | scene.RIDING | scene.LOOSE if loose else 0
        # The body's bits are those of its geoms together; the broad phase looks at them alone.
        self.model.geom_contype[geom] = self.model.body_contype[body] = kind
        self.model.geom_conaffinity[geom] = self.model.body_conaffinity[body] = hits
        self.model.body_gravcomp[body] = 0.0 if loose else 1.0

    def park(self, slot: int) -> None:
        """Take a part out of play."""
        self.release(slot)
        self.set_loose(slot, False)
        q, v = self._q[slot], self._v[slot]
        x, y, z = scene.PARKED
        self.data.qpos[q : q + 7] = (x, y, z + 0.2 * slot, 1.0, 0.0, 0.0, 0.0)
        self.data.qvel[v : v + 6] = 0.0

    def grip(self, slot: int) -> None:
        """Weld a part to the tool where it is now."""
        data = self.data
        self.set_loose(slot, True)
        q = self._q[slot]
        inverse, relative, turned = np.zeros(4), np.zeros(4), np.zeros(3)
        mujoco.mju_negQuat(inverse, data.xquat[self._tool])
        mujoco.mju_mulQuat(relative, inverse, data.qpos[q + 3 : q + 7])
        offset = np.array(data.qpos[q : q + 3] - data.xpos[self._tool])
        mujoco.mju_rotVecQuat(turned, offset, inverse)
        weld = self.model.equality(f"suction{slot}").id
        # Weld data: anchor in the part, the part's position and quaternion in the tool, scale.
        self.model.eq_data[weld, :3] = 0.0
        self.model.eq_data[weld, 3:6] = turned
        self.model.eq_data[weld, 6:10] = relative
        self.model.eq_data[weld, 10] = 1.0
        data.eq_active[weld] = 1

    def release(self, slot: int) -> None:
        """Let go of a part."""
        self.data.eq_active[self.model.equality(f"suction{slot}").id] = 0

    def part_state(self, slot: int) -> tuple[Float, Float, Float]:
        """Position (3,), rotation (3, 3) and velocity (6,: m/s, rad/s) of a part."""
        body, v = self._parts[slot], self._v[slot]
        return (
            self.data.xpos[body],
            self.data.xmat[body].reshape(3, 3),
            self.data.qvel[v : v + 6],
        )
