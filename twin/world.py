"""The world: belt, parts, arm and suction advance together, tick by tick."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from calibration.cell import CellCalibration
from calibration.geometry import Pose
from twin import truth
from twin.belt import BeltDrive
from twin.catalogue import require_product
from twin.config import TwinConfig
from twin.fall import Falling
from twin.faults import (
    DoublePulse,
    EmergencyStop,
    EncoderJump,
    Fault,
    Faults,
    GrabFailure,
    InfeedIgnores,
    LightFalls,
    LostPulse,
    OutfeedBlocked,
    OutOfFocus,
    PartsShifted,
    PlcSilent,
    ProtectiveStop,
    VacuumLeak,
)
from twin.feed import Infeed
from twin.line import Line, Part
from twin.person import Person
from twin.physics import HIT_FORCE, START_POSE, Physics
from twin.plc import Edge, Plc
from twin.product import ProductError
from twin.render.frame import PlacedPart
from twin.render.optics import CLEAR, Seeing
from twin.scene import STEP_S
from twin.suction import Suction
from twin.truth import TruthFile
from twin.ur.controller import UrController
from twin.ur.kinematics import rotation_vector

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the camera saw: parts at their poses in frame `cell` when the encoder was latched."""

    index: int
    placed: tuple[PlacedPart, ...]
    travel_m: float
    speed_m_s: float
    seeing: Seeing = CLEAR


@dataclass(slots=True)
class World:
    """Everything that is simulated. `expose` takes the camera's exposures as they happen."""

    config: TwinConfig
    site: CellCalibration
    feed: Infeed
    expose: Callable[[Exposure], None]
    faults: Faults = field(default_factory=Faults)
    time: float = 0.0
    silent_until: float = 0.0
    real_time_factor: float = 1.0
    lost_s: float = 0.0
    more: int | None = None
    """How many parts are still laid on; None: as many as the configuration says."""
    held: bool = False
    """Nothing is laid on."""
    physics: Physics = field(init=False)
    line: Line = field(init=False)
    arm: UrController = field(init=False)
    plc: Plc = field(init=False)
    truth: TruthFile = field(init=False)
    person: Person = field(init=False)
    suction: Suction = field(init=False)
    falling: Falling = field(init=False)
    _base: Pose = field(init=False)
    """Frame `cell` in the arm's base frame."""
    _rng: np.random.Generator = field(init=False)
    _next_spawn: float = 0.001  # the first part comes when the belt begins to move
    _pressing: bool = False
    _placed_at: float = -1.0

    def __post_init__(self) -> None:
        self.arm = UrController(np.array(START_POSE))
        self.physics, self.line = Physics(self.site), Line(self.site)
        self.line.grip_m = self.config.grip_m
        self._base = self.site.robot_base.pose().inverse()
        stations = self.site.stations
        eyes_apart_m = stations.exit_eye_x - stations.photo_eye_x
        scale = self.site.belt.counts_per_metre
        self.plc = Plc(BeltDrive(self.config.max_speed_m_s), scale, eyes_apart_m)
        self.truth = TruthFile(self.config.truth_file, self.config.seed)
        self.person = Person(self.config.attentive)
        self.plc.neighbours.wired = self.config.feed_signals
        self.suction = Suction(self.physics, self.line, self.faults)
        self.falling = Falling(self.physics, self.line, self.site)
        self._rng = np.random.default_rng(self.config.seed)
        for fault in self.config.faults:
            self.inject(fault)

    def advance(self, steps: int) -> None:
        """Simulate `steps` of 2 ms."""
        plc, physics = self.plc, self.physics
        start, before, encoder_before = self.time, plc.drive.travel, plc.encoder
        plc.neighbours.part_available = self._has_part()
        plc.neighbours.outfeed_ready = not self.faults.outfeed_blocked
        for _ in range(steps):
            plc.cycle(STEP_S)
        physics.step(self.arm.motion, start, steps, plc.drive.speed)
        self.time = plc.time  # a sum of its own would round to other milliseconds
        self._eyes(before, start)
        self._triggers(encoder_before)
        self._carry()
        self._handle()
        self.arm.advance(self.time, physics.joints, physics.joint_speeds)
        self._feel(physics.arm_hit())

    def inject(self, fault: Fault) -> None:
        """Make a fault happen, now or at its next occasion."""
        waiting = self.faults
        match fault:
            case VacuumLeak(active=False):
                waiting.leaks = 0
            case VacuumLeak():
                waiting.leaks, waiting.leak = waiting.leaks + fault.count, fault
            case GrabFailure():
                waiting.grab_failures += fault.count
            case LostPulse():
                waiting.lost_pulses += fault.count
            case DoublePulse():
                waiting.double_pulses += fault.count
            case ProtectiveStop():
                self.arm.protective_stop("injected")
            case EncoderJump():
                self.plc.encoder_offset += fault.by_m
            case EmergencyStop():
                self.plc.inputs.emergency_stop = fault.active
                self.arm.emergency_stop(fault.active)
            case OutfeedBlocked():
                waiting.outfeed_blocked = fault.active
            case InfeedIgnores():
                waiting.infeed_ignores = fault.active
            case PlcSilent():
                self.silent_until = self.time + fault.seconds
            case LightFalls():
                waiting.lost_light = waiting.lost_light.to(fault.share, self.time, fault.over_s)
            case OutOfFocus():
                waiting.blur_px = waiting.blur_px.to(fault.blur_px, self.time, fault.over_s)
            case PartsShifted():
                waiting.aside_m = waiting.aside_m.to(fault.by_m, self.time, fault.over_s)

    def plc_silent(self) -> bool:
        """True while the PLC answers nothing."""
        return self.time < self.silent_until

    def request_exposure(self) -> None:
        """The camera was told by software to expose now."""
        self._expose(self.plc.encoder)

    def clear_belt(self) -> int:
        """A person takes every part off the belt. Returns how many."""
        cleared = list(self.line.riding)
        for part in cleared:
            self._finish(part, truth.CLEARED)
        return len(cleared)

    def hold_feed(self) -> int:
        """Lay nothing on, and take back what the photo-eye has not seen. Returns how many."""
        self.held = True
        unseen = [p for p in self.line.riding if p.truth.arrival_encoder_m is None]
        for part in unseen:
            self.truth.withdraw(part.truth)
            self._retire(part)
            if self.more is not None:
                self.more += 1
        return len(unseen)

    def change_product(
        self, name: object, size_m: object = None, grip_m: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        """Feed the product of this name, else of this size [m], from now on; it is meant to be
        taken at `grip_m`. Raises ProductError for one that there is not, and while parts of another
        are on their way.
        """
        product = require_product(self.feed.libraries, name, size_m, self.config.pitch_m)
        if product == self.feed.product.name:
            self.line.grip_m = grip_m
            return
        if count := self.line.on_their_way(self.plc.drive.travel):
            raise ProductError(
                f"{count} of {self.feed.product.name} are on their way: hold the feed and let them "
                "through, or clear the belt"
            )
        self.feed.change(product)
        self.line.grip_m = grip_m

    def tcp_in_base(self) -> tuple[list[float], list[float]]:
        """Pose (x, y, z, rotation vector) and speed of the TCP in the robot's base frame."""
        position, rotation = self.physics.tcp()
        pose = self._base @ Pose(rotation, position)
        speed = self.physics.tcp_speed().reshape(2, 3) @ self._base.rotation.T
        turned = rotation_vector(pose.rotation)
        return [*pose.translation.tolist(), *turned.tolist()], speed.ravel().tolist()

    def _feel(self, force: float) -> None:
        """Stop the arm when it begins to press on something [N]; let it move away again."""
        if force > HIT_FORCE and not self._pressing:
            self.arm.protective_stop(f"the arm hit something with {force:.0f} N", hit=True)
        self._pressing = force > (HIT_FORCE / 2 if self._pressing else HIT_FORCE)

    def _eyes(self, before: float, start: float) -> None:
        plc, after = self.plc, self.plc.drive.travel
        photo_eye, exit_eye = self.site.stations.photo_eye_x, self.site.stations.exit_eye_x
        if after > before:
            for edge, eye in ((Edge.ARRIVAL, photo_eye), (Edge.EXIT, exit_eye)):
                for part, at in self.line.crossings(eye, before, after):
                    share = (at - before) / (after - before)
                    time = start + share * (self.time - start)
                    self._edge(edge, part, at + plc.encoder_offset, time)
        plc.inputs.photo_eye = self.line.blocks(photo_eye, after)
        plc.inputs.exit_eye = self.line.blocks(exit_eye, after)

    def _edge(self, edge: Edge, part: Part, encoder: float, time: float) -> None:
        self.plc.latch(edge, encoder, time)
        if edge is Edge.ARRIVAL:
            part.truth.arrival_encoder_m = round(encoder, 5)
            part.truth.arrival_time_s = round(time, 4)
            self.truth.touch()

    def _triggers(self, encoder_before: float) -> None:
        for encoder in self.plc.due_triggers(encoder_before):
            for _ in range(self.faults.next_pulse()):
                self._expose(encoder)

    def _expose(self, encoder: float) -> None:
        """The camera exposes with the encoder at `encoder`, within this tick."""
        plc = self.plc
        back = plc.encoder - encoder
        time = self.time - (back / plc.drive.speed if plc.drive.speed > 1e-3 else 0.0)
        plc.latch(Edge.EXPOSURE, encoder, time)
        travel = plc.drive.travel - back
        camera_x = self.site.stations.camera_x
        placed = tuple(PlacedPart(part.variant, part.pose(travel)) for part in self.line.riding)
        nearest = min(
            self.line.riding,
            key=lambda part: abs(part.anchor + travel - camera_x),
            default=None,
        )
        if (
            nearest is not None
            and abs(nearest.anchor + travel - camera_x) < nearest.product.size_m[0]
        ):
            nearest.truth.exposure_encoder_m.append(round(encoder, 5))
            self.truth.touch()
        if self.faults.next_grab_fails():
            return
        light = 1.0 - self.faults.lost_light.at(self.time)
        seeing = Seeing(light, self.faults.blur_px.at(self.time))
        self.expose(Exposure(plc.count(Edge.EXPOSURE), placed, travel, plc.drive.speed, seeing))

    def _carry(self) -> None:
        """Parts come onto the belt, ride on it, and leave at its end."""
        travel, speed = self.plc.drive.travel, self.plc.drive.speed
        self._spawn(travel)
        if travel != self._placed_at or speed > 0.0:
            self._placed_at = travel
            for part in list(self.line.riding):
                self.physics.ride(part.slot, part.pose(travel), speed)
                self._hand_over(part, travel)
                if part.anchor + travel > self.site.belt.x_end:
                    self._finish(part, truth.PASSED)

    def _hand_over(self, part: Part, travel: float) -> None:
        """The machine after the cell takes a part over at the exit-eye, or finds it pushed in."""
        wires = self.plc.neighbours
        if not wires.wired or part.taken_over:
            return
        front = part.anchor + travel + part.half_length
        if front >= self.site.stations.exit_eye_x and wires.outfeed_ready:
            part.taken_over = True
        elif front >= self.site.belt.x_end:
            part.taken_over = True  # told once
            self.truth.summary["pushed_in"] = self.truth.summary.get("pushed_in", 0) + 1

    def _has_part(self) -> bool:
        """Whether the machine before the cell has a part to give."""
        wanted = self.config.parts == 0 or len(self.truth.parts) < self.config.parts
        return wanted and not self.held and self.more != 0

    def _may_feed(self) -> bool:
        wires = self.plc.neighbours
        return not wires.wired or wires.ready or self.faults.infeed_ignores

    def _spawn(self, travel: float) -> None:
        due = travel >= self._next_spawn and self.line.has_room
        if not (due and self._has_part() and self._may_feed()):
            return
        variant = self.feed.take()
        if variant is None:
            return
        aside = self.faults.aside_m.at(self.time)
        part = self.line.place(variant, len(self.truth.parts) + 1, travel, self._rng, aside)
        self.physics.shape(part.slot, part.product)
        self.physics.ride(part.slot, part.pose(travel), self.plc.drive.speed)
        self.truth.add(part.truth)
        if self.more is not None:
            self.more -= 1
        jitter = float(self._rng.uniform(0.0, self.config.pitch_jitter_m))
        self._next_spawn = travel + self.config.pitch_m + jitter

    def _handle(self) -> None:
        """Suction, falling parts and the person."""
        plc = self.plc
        if self.suction.advance(self.time, plc.ejector, plc.drive.travel):
            self.truth.touch()
        plc.inputs.vacuum = self.suction.vacuum(self.time)
        for part, place in self.falling.advance(self.time, plc.drive):
            if place == truth.ON_BELT:
                self.truth.touch()
            else:
                self._finish(part, place)
        if self.person.advance(self.time, plc.purge_lamp, plc.drive.stands()):
            self.clear_belt()
        plc.inputs.purge_button = self.person.presses(self.time)

    def _finish(self, part: Part, place: str) -> None:
        part.truth.where = place
        part.truth.end_time_s = round(self.time, 3)
        self.truth.touch()
        self._retire(part)

    def _retire(self, part: Part) -> None:
        self.physics.park(part.slot)
        self.line.retire(part)
