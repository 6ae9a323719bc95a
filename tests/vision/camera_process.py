"""A camera process for the tests: the real pylon emulator, writing the ring; prints its frames.

Usage: camera_process.py RING FOLDER PULSE_PORT. Ends at end of input.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from vision.cameras.basler import BaslerCamera, BaslerConfig
from vision.errors import CameraError, GrabFailed


def tell(**words: Any) -> None:
    """One line of JSON to the test."""
    print(json.dumps(words), flush=True)


def main() -> None:
    """Open, start, then obey lines on stdin: `frame`, `fail`, `lose`."""
    ring, folder, port = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    config = BaslerConfig(
        device_class="BaslerCamEmu", trigger="external", width=64, height=48, slots=4,
        image_folder=folder, lines={"pulse_port": port, "device_port": None},
    )  # fmt: skip
    camera = BaslerCamera(config, ring)
    camera.open()
    camera.start()
    device = camera._camera
    tell(ready=True, port=camera._lines.port)
    for line in sys.stdin:
        if line.strip() == "fail":
            device.ForceFailedBufferCount.Value = 1
            device.ForceFailedBuffer.Execute()
            tell(armed=True)
        elif line.strip() == "lose":
            device.GetStreamGrabberNodeMap().GetNode("ImposedError").SetValue("cable pulled")
            tell(armed=True)
        else:
            tell(**outcome(camera))
    camera.close()


def outcome(camera: BaslerCamera) -> dict[str, Any]:
    """What the camera says next."""
    try:
        frame = camera.wait_frame(10.0)
    except GrabFailed as error:
        return {"failed": error.trigger, "error": str(error)}
    except CameraError as error:
        return {"gone": True, "error": str(error)}
    if frame is None:
        return {"none": True}
    return {
        "trigger": frame.meta.trigger,
        "stamp_ns": frame.meta.stamp_ns,
        "slot": frame.slot,
        "sequence": frame.sequence,
    }


if __name__ == "__main__":
    main()
