"""The camera's node: pictures into shared memory, a handle for each on a topic."""

from __future__ import annotations

import cv2
from inspection_cell_interfaces.msg import FrameHandle
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo, CompressedImage

from cell.config.stations import site_of
from cell.config.tree import CameraSection
from cell.nodes.base import CellNode
from cell.nodes.ownership import Claim, Owner
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.shutter import Shutter
from cell.nodes.standard import camera_info
from cell.nodes.topics import RELIABLE, to_time
from cell.nodes.workers import Worker
from cell.texts import for_ros, say
from models.ground.written import fit
from robot.motion.frames import OPTICAL
from vision.cameras.base import Camera
from vision.errors import CameraError, GrabFailed
from vision.plugins import load_plugin
from vision.types import Frame

PREVIEW_WIDTH = 960
POLL_S = 0.2
SHUTTER_POLL_S = 0.004
PATIENCE_S = 5.0
"""A picture takes two seconds at the most; a grab thread that is silent for longer hangs."""


class CameraNode(CellNode):
    """Owns the camera and the thread that waits for its pictures."""

    def __init__(self) -> None:
        super().__init__("camera")
        self.section = declare(
            self,
            self.config.camera,
            {"options": ("driver", "inspection_cell.cameras")},
            self._take,
        )
        self._camera: Camera | None = None
        self._last_preview_ns = 0
        self._shutter: Shutter | None = None
        self._counts = {"frames": 0, "failed": 0}
        self._claim = Claim()

    def _take(self, section: CameraSection) -> None:
        self.section = section

    def set_up(self) -> None:
        driver = load_plugin("inspection_cell.cameras", self.section.driver)
        options = fit(driver.Config, self.section.options)
        owner = Owner.me("camera node", self.config.data_dir)
        self._claim = Claim.take({"camera ring": self.section.ring}, owner)
        self._camera = driver(options, self.section.ring)
        assert self._camera is not None
        self._camera.open()
        self._handles = self.create_publisher(FrameHandle, "camera/frame", RELIABLE)
        if self.section.software_trigger:
            self._shutter = Shutter(self)
        self._preview = self.create_publisher(
            CompressedImage, "camera/image/compressed", qos_profile_sensor_data
        )
        self._model = site_of(self.config).camera.model()
        self._info = self.create_publisher(
            CameraInfo, "camera/camera_info", qos_profile_sensor_data
        )

    def begin(self) -> None:
        assert self._camera is not None
        self._camera.start()
        self.start_worker("grab", self._watch, PATIENCE_S)

    def halt(self) -> None:
        if self._camera is not None:
            self._camera.stop()

    def tear_down(self) -> None:
        camera, self._camera, self._shutter = self._camera, None, None
        if camera is not None:
            camera.close()
        self._claim.close()

    def details(self) -> dict[str, object]:
        return {"driver": self.section.driver, "ring": self.section.ring, **self._counts}

    def _watch(self, worker: Worker) -> None:
        assert self._camera is not None
        poll_s = POLL_S if self._shutter is None else SHUTTER_POLL_S
        while worker.goes_on():
            try:
                if self._shutter is not None and self._shutter.take():
                    self._camera.trigger()
                frame = self._camera.wait_frame(poll_s)
            except GrabFailed as error:
                self._counts["failed"] += 1
                self._handles.publish(self._lost(error))
                continue
            except CameraError as error:
                self.advisories = {"camera.disconnected": str(error)}
                self.fail(say("thread.of_node", node=self.role, why=error))
                return
            if frame is not None:
                self._counts["frames"] += 1
                self._handles.publish(self._handle(frame))
                self._show(frame)

    def _handle(self, frame: Frame) -> FrameHandle:
        height, width = frame.image.shape
        return FrameHandle(
            header=self.header(frame.meta.stamp_ns, OPTICAL),
            trigger=frame.meta.trigger,
            ok=True,
            ring=self.section.ring,
            slot=frame.slot,
            sequence=frame.sequence,
            height=height,
            width=width,
            pixel_format="Mono8",
            received=to_time(frame.meta.received_ns),
        )

    def _lost(self, error: GrabFailed) -> FrameHandle:
        now_ns = self.now_ns()
        return FrameHandle(
            header=self.header(error.stamp_ns or now_ns, OPTICAL),
            trigger=error.trigger,
            ok=False,
            error=for_ros(str(error)),
            received=to_time(now_ns),
        )

    def _show(self, frame: Frame) -> None:
        """A small compressed picture for viewers, at most as often as configured, and only if
        somebody looks.
        """
        now = self.now_ns()
        if now - self._last_preview_ns < 1e9 / self.section.preview_hz:
            return
        lookers = self._preview.get_subscription_count()
        if not lookers and not self._info.get_subscription_count():
            return
        self._last_preview_ns = now
        header = self.header(frame.meta.stamp_ns, OPTICAL)
        scale = PREVIEW_WIDTH / frame.image.shape[1]
        height = round(frame.image.shape[0] * scale)
        self._info.publish(camera_info(self._model, PREVIEW_WIDTH, height, header))
        if not lookers:
            return
        small = cv2.resize(frame.image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        done, data = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 85])
        if done:
            self._preview.publish(
                CompressedImage(header=header, format="mono8; jpeg compressed", data=data.tobytes())
            )


if __name__ == "__main__":
    run(CameraNode)
