"""The camera: pinhole with OpenCV's five distortion terms, and its pose over the belt. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from calibration.geometry import Float, Pose

# Enough for residuals below 1e-9 px with the mild lenses that inspect flat parts.
_UNDISTORT_CRITERIA = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 60, 1e-13)


@dataclass(frozen=True, slots=True)
class CameraModel:
    """A calibrated camera in frame `cell`.

    Pixels: origin in the middle of the top-left pixel, x right, y down. `focal` (fx, fy) and
    `centre` (cx, cy) in px; `distortion` (k1, k2, p1, p2, k3) is Brown-Conrady in OpenCV's order.
    `pose` maps the optical frame (x right, y down, z along the view) to `cell`.
    """

    width: int
    height: int
    focal: tuple[float, float]
    centre: tuple[float, float]
    distortion: tuple[float, float, float, float, float]
    pose: Pose

    def matrix(self) -> Float:
        """Camera matrix, shape (3, 3) [px]."""
        (fx, fy), (cx, cy) = self.focal, self.centre
        return np.array([[fx, 0.0, cx], [0.0, fy, cy], [0.0, 0.0, 1.0]])

    def project(self, points: Float) -> Float:
        """Pixels (N, 2) of points (N, 3) [m] in `cell`.

        Raises ValueError for a point behind the camera.
        """
        in_camera = self.pose.inverse().apply(np.asarray(points, np.float64).reshape(-1, 3))
        if (in_camera[:, 2] <= 0.0).any():
            raise ValueError("a point to project lies behind the camera; check the camera's pose")
        return self.distort_rays(in_camera[:, :2] / in_camera[:, 2:])

    def distort_rays(self, rays: Float) -> Float:
        """Pixels (N, 2) of ideal rays (N, 2), each x/z and y/z in the optical frame.

        Formula: OpenCV's documentation of `projectPoints`.
        """
        k1, k2, p1, p2, k3 = self.distortion
        x, y = rays[:, 0], rays[:, 1]
        r2 = x * x + y * y
        radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
        u = x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x)
        v = y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y
        return np.stack([u, v], axis=1) * self.focal + self.centre

    def undistort_rays(self, pixels: Float) -> Float:
        """Ideal rays (N, 2) (x/z, y/z in the optical frame) of pixels (N, 2)."""
        points = np.asarray(pixels, np.float64).reshape(-1, 1, 2)
        if points.size == 0:
            return np.zeros((0, 2))
        rays = cv2.undistortPointsIter(
            points,
            self.matrix(),
            np.array(self.distortion),
            np.eye(3),
            np.eye(3),
            _UNDISTORT_CRITERIA,
        )
        return np.asarray(rays, np.float64).reshape(-1, 2)

    def belt_to_image(self, points_xy: Float, z: float = 0.0) -> Float:
        """Pixels (N, 2) of points (N, 2) [m] of frame `cell` at height `z` [m] over the belt."""
        points = np.asarray(points_xy, np.float64).reshape(-1, 2)
        return self.project(np.column_stack([points, np.full(len(points), z)]))

    def image_to_belt(self, pixels: Float, z: float = 0.0) -> Float:
        """Where pixels (N, 2) meet the plane at height `z` [m]: (N, 2) [m] in frame `cell`.

        Raises ValueError when a pixel looks above the plane's horizon.
        """
        rays = self.undistort_rays(pixels)
        directions = np.column_stack([rays, np.ones(len(rays))]) @ self.pose.rotation.T
        with np.errstate(divide="ignore"):
            reach = (z - self.pose.translation[2]) / directions[:, 2]
        if not ((reach > 0.0) & np.isfinite(reach)).all():
            raise ValueError(f"a pixel does not see the plane z = {z} m; check the camera's pose")
        points: Float = self.pose.translation[:2] + reach[:, None] * directions[:, :2]
        return points

    def plane_homography(self, z: float = 0.0) -> Float:
        """3x3 matrix from (x, y, 1) [m] of the plane at height `z` to undistorted pixels.

        Undistorted pixels are those of the same `matrix()` without the lens's distortion.
        """
        world_to_camera = self.pose.inverse()
        columns = world_to_camera.rotation[:, :2]
        origin = world_to_camera.rotation[:, 2] * z + world_to_camera.translation
        homography: Float = self.matrix() @ np.column_stack([columns, origin])
        return homography

    def scale_at(self, point_xy: tuple[float, float], z: float = 0.0) -> float:
        """Pixels per metre near a point of the plane (geometric mean of both axes)."""
        step = 1e-4
        x, y = point_xy
        a, b, c = self.belt_to_image(np.array([[x, y], [x + step, y], [x, y + step]]), z)
        area = abs((b - a)[0] * (c - a)[1] - (b - a)[1] * (c - a)[0])
        return float(np.sqrt(area) / step)
