"""The inspector's node: for each picture what is in it, and where the part lies."""

from __future__ import annotations

import queue
import threading
from pathlib import Path

from inspection_cell_interfaces.msg import Defect, FrameHandle, Inspection
from inspection_cell_interfaces.srv import SetRecipe

from cell.inspection import InspectionSetup, build_inspector
from cell.nodes.base import RELIABLE, STARTUP_ERRORS, CellNode, run, to_time
from cell.nodes.parameters import declare
from cell.records.images import write_image
from vision.errors import EngineError, InspectionError, RingError, StaleFrame
from vision.frames.reader import RingReader
from vision.types import Image
from vision.types import Inspection as Finding

QUEUE = 16
"""Handles waiting for the inspector; the ring holds fewer pictures, so more would be stale anyway.
"""


class InspectorNode(CellNode):
    """Runs the inspection in a worker thread, so that heartbeats and services are answered
    meanwhile.
    """

    def __init__(self) -> None:
        super().__init__("inspector")
        self.section = declare(self, self.config.inspector)
        self._work: queue.Queue[FrameHandle | None] = queue.Queue(QUEUE)
        self._thread: threading.Thread | None = None
        self._setup: InspectionSetup | None = None
        self._lock = threading.Lock()
        self._count = 0

    def set_up(self) -> None:
        self._setup = build_inspector(self.config, self.config.recipe)
        self._reader = RingReader(self.config.camera.ring)
        self._results = self.create_publisher(Inspection, "/cell/inspector/inspection", RELIABLE)
        self.create_subscription(FrameHandle, "/cell/camera/frame", self._on_frame, RELIABLE)
        self.create_service(SetRecipe, "/cell/inspector/set_recipe", self._on_recipe)

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._inspect_all, name="inspect", daemon=True)
        self._thread.start()

    def halt(self) -> None:
        if self._thread is not None:
            self._work.put(None)
            self._thread.join(timeout=5.0)
            self._thread = None

    def tear_down(self) -> None:
        self.halt()
        if self._setup is not None:
            self._setup.engine.close()
            self._setup = None

    def details(self) -> dict[str, object]:
        if self._setup is None:
            return {}
        return {
            "recipe": self._setup.recipe.identity,
            "model": self._setup.model,
            "engine": self._setup.engine.name,
            "inspections": self._count,
        }

    def _on_frame(self, handle: FrameHandle) -> None:
        if self.lifecycle != "active" or not handle.ok:
            return
        try:
            self._work.put_nowait(handle)
        except queue.Full:
            self._results.publish(self._failed(handle, "the inspector is too far behind"))

    def _on_recipe(
        self, request: SetRecipe.Request, response: SetRecipe.Response
    ) -> SetRecipe.Response:
        """Called by the supervisor alone, while the belt stands."""
        try:
            fresh = build_inspector(self.config, request.recipe)
        except STARTUP_ERRORS as error:
            response.accepted, response.message = False, str(error)
            return response
        with self._lock:
            old, self._setup = self._setup, fresh
        if old is not None:
            old.engine.close()
        response.accepted = True
        return response

    def _inspect_all(self) -> None:
        while (handle := self._work.get()) is not None:
            with self._lock:
                assert self._setup is not None
                message = self._inspect(handle, self._setup)
            self._results.publish(message)
            self._count += 1

    def _inspect(self, handle: FrameHandle, setup: InspectionSetup) -> Inspection:
        try:
            with self._reader.view(handle.slot, handle.sequence) as picture:
                found, view = setup.inspector.inspect_frame(picture)
        except (InspectionError, StaleFrame, RingError) as error:
            return self._failed(handle, str(error), setup)
        except EngineError as error:
            self.problem = str(error)
            return self._failed(handle, str(error), setup)
        self.problem = ""
        return self._told(handle, found, view, setup)

    def _told(
        self, handle: FrameHandle, inspection: Finding, view: Image, setup: InspectionSetup
    ) -> Inspection:
        message = self._blank(handle, setup)
        message.ok = True
        message.golden = inspection.golden
        message.locate_ms = inspection.timings.locate_ms
        message.inference_ms = inspection.timings.inference_ms
        message.total_ms = inspection.timings.total_ms
        if inspection.pose is not None:
            message.x, message.y, message.yaw = (
                inspection.pose.x,
                inspection.pose.y,
                inspection.pose.yaw,
            )
        message.defects = [
            Defect(
                class_name=d.class_name,
                score=d.score,
                x_min=d.box.x_min,
                y_min=d.box.y_min,
                x_max=d.box.x_max,
                y_max=d.box.y_max,
            )
            for d in inspection.detections
        ]
        if self.section.store_views:
            message.view = str(self._store(handle, view))
        message.done = to_time(self.now_ns())
        return message

    def _store(self, handle: FrameHandle, view: Image) -> Path:
        name = f"{self.boot_id}-{handle.trigger:06d}.jpg"
        return write_image(Path(self.config.data_dir) / "views" / name, view, durable=False)

    def _failed(
        self, handle: FrameHandle, error: str, setup: InspectionSetup | None = None
    ) -> Inspection:
        message = self._blank(handle, setup)
        message.ok, message.error = False, error
        message.done = to_time(self.now_ns())
        return message

    @staticmethod
    def _blank(handle: FrameHandle, setup: InspectionSetup | None) -> Inspection:
        message = Inspection(
            stamp=handle.stamp,
            trigger=handle.trigger,
            ring=handle.ring,
            slot=handle.slot,
            sequence=handle.sequence,
            height=handle.height,
            width=handle.width,
        )
        if setup is not None:
            message.recipe = setup.recipe.identity
            message.model = setup.model
            message.engine = setup.engine.name
        return message


if __name__ == "__main__":
    run(InspectorNode)
