"""The rules of a camera's life: open, start, stop, close, and what it leaves behind."""

from __future__ import annotations

from models.ground.contract import (
    check_nothing_stays,
    refused,
    require,
    timely,
)
from vision.cameras.base import Camera
from vision.contracts.camera_bench import (
    CameraRig,
    CameraRules,
    awaited,
    next_picture,
)
from vision.errors import CameraError
from vision.frames import FrameRing
from vision.frames.layout import ring_path


class CameraLife(CameraRules):
    """The rules of a camera's life: open, start, stop, close, and what it leaves behind."""

    def test_before_open_is_told(self, camera: Camera) -> None:
        """A camera that is not open says so with CameraError.

        Why: the node shows a CameraError to people; any other error counts as a fault of the cell.
        Do: check in `start`, `trigger` and `wait_frame` whether `open` was called.
        """
        refused(CameraError, camera.start, "start before open")
        refused(CameraError, lambda: camera.wait_frame(0.1), "wait_frame before open")

    def test_open_makes_the_ring_and_close_removes_it(self, camera: Camera, ring: str) -> None:
        """`open` makes the frame ring of the given name, `close` removes it.

        Why: the inspector finds the pictures by this name; what stays behind fills the memory.
        Do: make `FrameRing(ring_name, ...)` in `open` and call its `close` in `close`.
        """
        camera.open()
        require(ring_path(ring).is_file(), f"after open there is no {ring_path(ring)}")
        camera.close()
        require(not ring_path(ring).exists(), f"after close {ring_path(ring)} is still there")

    def test_a_ring_of_another_camera_is_told(
        self, rig: CameraRig, camera: Camera, ring: str
    ) -> None:
        """A ring's name that another camera writes is refused with CameraError.

        Why: the node takes CameraError alone for a matter of its camera.
        Do: in `open`, turn RingError into CameraError, and let the device go again.
        """
        other = FrameRing(ring, 4, 16, 16)
        try:
            refused(CameraError, camera.open, "open with a ring that is taken")
        finally:
            other.close()
        camera.open()
        camera.start()
        require(
            next_picture(rig, camera).meta.trigger == 1, "after that refusal it takes no picture"
        )

    def test_close_may_come_at_any_time(self, camera: Camera) -> None:
        """`close` before `open`, and twice, does nothing.

        Why: the node closes whatever state a failed start has left.
        Do: keep what is open in fields that are None otherwise.
        """
        camera.close()
        camera.open()
        camera.close()
        camera.close()

    def test_stop_may_come_at_any_time(self, camera: Camera) -> None:
        """`stop` before `start`, and twice, does nothing.

        Why: the node stops its camera after a start that failed half-way, too.
        Do: let `stop` return where nothing runs.
        """
        camera.open()
        camera.stop()
        camera.start()
        camera.stop()
        camera.stop()

    def test_it_opens_again(self, rig: CameraRig, camera: Camera) -> None:
        """After `close` the same object can be opened again.

        Why: a lifecycle node that is cleaned up is configured again with what it has.
        Do: make everything that `close` takes away anew in `open`.
        """
        for _ in range(2):
            camera.open()
            camera.start()
            require(
                next_picture(rig, camera).meta.trigger == 1, "the first picture is not number 1"
            )
            camera.stop()
            camera.close()

    def test_any_thread_may_call(self, rig: CameraRig, camera: Camera) -> None:
        """One call at a time, and not always from the same thread.

        Why: the node opens and closes in one thread, and waits for pictures in another.
        Do: keep nothing that belongs to a thread, such as an event loop, between two calls.
        """
        timely(camera.open, "open")
        timely(camera.start, "start")
        timely(lambda: rig.expose(camera), "the trigger")
        timely(lambda: awaited(camera), "wait_frame")
        timely(camera.stop, "stop")
        timely(camera.close, "close")

    def test_nothing_stays_behind(self, rig: CameraRig, ring: str) -> None:
        """After `close` no thread, no open file and no shared memory is left.

        Why: a cell runs for months, and its camera is opened again after each fault.
        Do: end and join your threads in `close`; close the ring, sockets and device handles.
        """

        def life() -> None:
            camera: Camera = rig.driver(rig.config(), ring)
            camera.open()
            camera.start()
            next_picture(rig, camera)
            camera.stop()
            camera.close()

        check_nothing_stays(life, ring)
