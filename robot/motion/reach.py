"""Whether the arm can get wherever a site wants it. Pure: kinematics and distances alone."""

from __future__ import annotations

from calibration.cell import CellCalibration
from robot.base import MotionError
from robot.motion.config import MotionSettings
from robot.motion.kinematics import pointing_down
from robot.motion.planner import PickPlanner

_STATIONS = ("pick_start_x", "pick_end_x", "last_safe_x")


def require_reach(site: CellCalibration, settings: MotionSettings) -> None:
    """Raises MotionError, which names the place, for one that the cup does not reach, or only
    through something that stands in the way. Parts are taken from the belt's middle here.
    """
    try:
        planner = PickPlanner(settings, site)
    except MotionError as error:
        raise MotionError(f"robot_base: the waiting place (robot.motion.waiting) {error}") from None
    for station in _STATIONS:
        for z in (0.0, settings.stroke.approach_height_m):
            pose = pointing_down(getattr(site.stations, station), 0.0, z, 0.0)
            try:
                planner.arm.inverse(pose, planner.seed)
            except MotionError as error:
                raise MotionError(f"stations.{station}: {error}") from None
    for name in site.bins:
        try:
            joints = planner.bin_joints(name, planner.waiting)
            planner.collision.require(joints[None], None, settings.clearance_m)
        except MotionError as error:
            raise MotionError(f"bins.{name}.drop: {error}") from None
