"""The rules of what is lost: pictures, triggers, the camera itself."""

from __future__ import annotations

from models.ground.contract import (
    check_refusal,
    refused,
    require,
    wait_for,
)
from vision.cameras.base import Camera
from vision.contracts.camera_bench import (
    CameraRig,
    CameraRules,
    awaited,
    next_picture,
)
from vision.errors import CameraError
from vision.frames.layout import ring_path


class CameraLoss(CameraRules):
    """The rules of what is lost: pictures, triggers, the camera itself."""

    def test_a_lost_picture_spends_its_number(self, rig: CameraRig, started: Camera) -> None:
        """A trigger whose picture is lost raises GrabFailed with its number; the next has the next.

        Why: its part is rejected as not inspected; without the number the next part's picture
        would be taken for its own.
        Do: count at the trigger; raise `GrabFailed(words, trigger, stamp_ns)` once, and go on.
        """
        next_picture(rig, started)
        rig.lose(started)
        self._failed(started, 2)
        number = next_picture(rig, started).meta.trigger
        require(number == 3, f"trigger 2 was lost, and the next picture is number {number}")

    def test_a_missed_trigger_spends_its_number(self, rig: CameraRig, started: Camera) -> None:
        """A trigger that the driver learns of only by the device's own count spends its number.

        Why: a picture that went lost on the way shifts all later ones by a part.
        Do: compare the device's frame number with the one before; raise GrabFailed for each gap.
        """
        next_picture(rig, started)
        rig.miss(started)
        rig.expose(started)
        self._failed(started, 2)
        number = awaited(started).meta.trigger
        require(number == 3, f"trigger 2 was missed, and the next picture is number {number}")

    def test_a_camera_that_is_not_there_is_told(self, rig: CameraRig, ring: str) -> None:
        """`open` of a camera that is not there raises CameraError with a remedy, in time.

        Why: the line stands on the operator's page; the node tries again until it is there.
        Do: name the device, and say what to check: power, cable, address, other programs.
        """
        camera: Camera = rig.driver(rig.absent(), ring)
        try:
            refused(CameraError, camera.open, "open of a camera that is not there", 15.0)
            require(not ring_path(ring).exists(), "the ring stays behind")
        finally:
            camera.close()

    def test_a_camera_that_is_gone_is_told(self, rig: CameraRig, started: Camera) -> None:
        """A camera that is gone raises CameraError within seconds, and not GrabFailed.

        Why: GrabFailed costs one part; a camera that is gone must stop the cell.
        Do: ask the device whether it is there when a wait ends without a picture.
        """
        next_picture(rig, started)
        rig.unplug(started)
        check_refusal(self._gone(rig, started))
        started.close()

    def test_it_works_again_after_it_was_gone(self, rig: CameraRig, started: Camera) -> None:
        """After it was gone, `close` and `open` bring it back.

        Why: the node is started again, and nobody is there to end a process by hand.
        Do: let `close` release everything, even where the device does not answer.
        """
        next_picture(rig, started)
        rig.unplug(started)
        self._gone(rig, started)
        started.close()
        rig.replug()
        wait_for(lambda: self._opened(started), 15.0, "it could not be opened again")
        started.start()
        require(next_picture(rig, started).meta.trigger == 1, "the first picture is not number 1")
