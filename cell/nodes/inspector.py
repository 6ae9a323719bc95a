"""The inspector's node: for each picture what is in it, and where the part lies."""

from __future__ import annotations

import queue
import threading
from pathlib import Path
from typing import Any

from inspection_cell_interfaces.msg import CellState, FrameHandle
from inspection_cell_interfaces.msg import Inspection as Message

from cell.control.ledger.inspection import NOWHERE, Inspection
from cell.nodes.base import CellNode
from cell.nodes.inspections import message_of
from cell.nodes.line_watching import LineWatching
from cell.nodes.outgoing import Outgoing
from cell.nodes.parameters import declare
from cell.nodes.prepared import PreparingService
from cell.nodes.process import run
from cell.nodes.topics import LATCHED, RELIABLE, to_ns
from cell.nodes.trial import Beside
from cell.nodes.workers import Worker
from cell.products.inspector import InspectionSetup, build_inspector, require_in_view, warm_up
from cell.products.loading import RecipeError
from cell.products.pin import Pin
from cell.records.folder import require_writable
from cell.records.images import encoded, store_incoming
from cell.records.in_use import last_in_use
from cell.records.naming import Incoming
from cell.records.reserve import Reserve
from cell.records.space import Space
from cell.texts import render, say
from models.ground.errors import UserError
from robot.motion.frames import ROOT
from vision.errors import EngineError, InspectionError, RingError, StaleFrame
from vision.frames.reader import RingReader
from vision.types import Image

QUEUE = 16
"""Handles waiting for the inspector; the ring holds fewer pictures, so more would be stale anyway.
"""
WAIT_S = 0.1
MOST_ENGINE_ERRORS = 3
"""An engine that failed so often in a row will not come back by itself: the cell stops."""
PATIENCE_S = 5.0
"""An inspection that takes longer hangs: ten times what the slowest engine needs."""


class InspectorNode(CellNode):
    """Runs the inspection in a worker thread, so that heartbeats and services are answered
    meanwhile.
    """

    def __init__(self) -> None:
        super().__init__("inspector")
        self.section = declare(
            self, self.config.inspector, {"options": ("engine", "inspection_cell.engines")}
        )
        # All that is built of the configuration goes by what the parameters say.
        self.config = self.config.model_copy(update={"inspector": self.section})
        self._work: queue.Queue[FrameHandle] = queue.Queue(QUEUE)
        self._reader: RingReader | None = None
        self._setup: InspectionSetup | None = None
        self._lock = threading.Lock()
        self._space: Space | None = None
        self._prepared: InspectionSetup | None = None
        self._wanted = ""
        self._engine_errors = 0
        self._count = 0
        self._beside = Beside(self, self._in_use, self._lock)
        self._watching = LineWatching(self)

    def set_up(self) -> None:
        if self.section.store_views:
            folder = Path(self.config.data_dir)
            require_writable(folder)
            self._space = Space(
                folder, self.config.recorder.min_free_mib, Reserve(folder / "reserve.bin")
            )
        self._setup = self._first_setup()
        self._reader = RingReader(self.config.camera.ring)
        self._results = self.create_publisher(Message, "inspector/inspection", RELIABLE)
        self._trials = self.create_publisher(Message, "inspector/trial", RELIABLE)
        self.create_subscription(FrameHandle, "camera/frame", self._on_frame, RELIABLE)
        self._outgoing = Outgoing(self, self._space)
        PreparingService(self, self._prepare, self._let_go)
        self.create_subscription(CellState, "supervisor/state", self._on_cell, LATCHED)

    def _first_setup(self) -> InspectionSetup:
        """What the journal says the cell works by, so that one started anew need not load twice.
        Where that cannot be had, what the configuration names: `_on_cell` has the last word.
        """
        last = last_in_use(Path(self.config.data_dir) / "journal.db")
        if last is not None and last.package:
            try:
                return build_inspector(self.config, last.recipe, pinned=last.package)
            except UserError as error:
                self.get_logger().warning(render(str(error)))
        return build_inspector(self.config, self.config.recipe)

    def begin(self) -> None:
        self._work = queue.Queue(QUEUE)  # what waited when it was halted is stale
        self.start_worker("inspect", self._inspect_all, PATIENCE_S)
        self._beside.start()
        self._watching.start()
        self.create_timer(1.0, self._look)

    def tear_down(self) -> None:
        self._let_go()
        self._beside.close()
        if self._setup is not None:
            self._setup.engine.close()
            self._setup = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def details(self) -> dict[str, object]:
        if self._setup is None:
            return {}
        return {
            "recipe": self._setup.recipe.identity,
            "model": self._setup.model,
            "engine": self._setup.engine.name,
            "inspections": self._count,
            "monitors": self._watching.told,
        }

    def _on_frame(self, handle: FrameHandle) -> None:
        if self.lifecycle != "active" or not handle.ok:
            return
        try:
            self._work.put_nowait(handle)
        except queue.Full:
            self._results.publish(self._answer(handle, None, error=say("uninspected.behind")))

    @property
    def works_by(self) -> str:
        setup = self._setup
        return "" if setup is None else str(setup.pin)

    def _in_use(self) -> tuple[str, str]:
        """The recipe's name, and the fingerprint of its model."""
        setup = self._setup
        return ("", "") if setup is None else (setup.recipe.name, setup.package)

    def _on_cell(self, cell: CellState) -> None:
        """The journal says which recipe and which model are in use: what was prepared for them is
        taken up at once, and an inspector that was started anew loads them, whatever people have
        let through meanwhile.
        """
        wanted = f"{cell.recipe}#{cell.recipe_content}"
        if not cell.recipe or wanted in (self.works_by, self._wanted):
            return
        fresh = self._prepared
        if fresh is not None and str(fresh.pin) == wanted:
            self._prepared = None
            self._take(fresh)
            return
        self._wanted = wanted
        self.get_logger().info(f"takes up recipe '{cell.recipe}', which the cell works by")
        self.start_worker("recipe", lambda _: self._follow(wanted), once=True)

    def _follow(self, wanted: str) -> None:
        """Load a recipe beside the inspections; one that cannot be loaded is not tried again."""
        name = wanted.partition("@")[0]
        try:
            self._take(self._load(name, wanted))
            self.problem = ""
        except UserError as error:
            self.problem = f"recipe '{name}', which the cell works by: {error}"

    def _prepare(self, name: str, wanted: str) -> None:
        """Keep a recipe's inspector ready, warmed up, beside the one in use."""
        self._let_go()
        fresh = self._load(name, wanted)
        require_in_view(self.config, fresh.recipe)
        warm_up(fresh)
        self._prepared = fresh

    def _let_go(self) -> None:
        old, self._prepared = self._prepared, None
        if old is not None:
            old.engine.close()

    def _load(self, name: str, wanted: str) -> InspectionSetup:
        fresh = build_inspector(self.config, name, pinned=Pin.parse(wanted).package)
        if str(fresh.pin) != wanted:
            fresh.engine.close()
            raise RecipeError(say("recipe.other_content", recipe=fresh.recipe.identity))
        return fresh

    def _take(self, fresh: InspectionSetup) -> None:
        with self._lock:
            old, self._setup, self._wanted = self._setup, fresh, ""
        if old is not None:
            old.engine.close()

    def _inspect_all(self, worker: Worker) -> None:
        while worker.goes_on():
            try:
                handle = self._work.get(timeout=WAIT_S)
            except queue.Empty:
                continue
            worker.goes_on()  # what follows counts from here
            with self._lock:
                assert self._setup is not None
                self._try(handle, self._setup)
                message = self._inspect(handle, self._setup)
            self._results.publish(message)
            self._watching.go_on()
            self._count += 1
            assert self._reader is not None
            self._outgoing.keep_frame(handle, self._reader)

    def _try(self, handle: FrameHandle, active: InspectionSetup) -> None:
        """Let a model on trial say its word of this picture, if it is to look at it: before the
        other one begins, so that it is heard before that one's.
        """
        setup = self._beside.chosen(to_ns(handle.header.stamp), handle.trigger)
        if setup is None or setup.recipe.identity != active.recipe.identity:
            return
        if not self._work.empty():
            return  # the line comes first
        assert self._reader is not None
        try:
            with self._reader.view(handle.slot, handle.sequence) as picture:
                found, _ = setup.complete.inspect_frame(picture)
        except (InspectionError, StaleFrame, RingError) as error:
            told = self._answer(handle, setup, error=str(error))
        except EngineError as error:
            self._beside.failed(str(error))
            return
        else:
            told = self._answer(
                handle, setup, ok=True, pose=found.pose or NOWHERE, defects=found.detections,
                timings=found.timings,
            )  # fmt: skip
            self._beside.took(found.timings.total_ms)
        self._trials.publish(told)

    def _inspect(self, handle: FrameHandle, setup: InspectionSetup) -> Message:
        assert self._reader is not None
        try:
            with self._reader.view(handle.slot, handle.sequence) as picture:
                found, view = setup.complete.inspect_frame(picture)
                self._watching.saw(setup, found, view)
        except (InspectionError, StaleFrame, RingError) as error:
            return self._answer(handle, setup, error=str(error))
        except EngineError as error:
            self.problem, self._engine_errors = str(error), self._engine_errors + 1
            return self._answer(handle, setup, error=str(error))
        self.problem, self._engine_errors = "", 0
        kept = "" if self._space is None else self._space.keep(lambda: self._store(handle, view))
        return self._answer(
            handle,
            setup,
            ok=True,
            pose=found.pose or NOWHERE,
            defects=found.detections,
            golden=found.golden,
            timings=found.timings,
            view=kept or "",
        )

    def _answer(
        self, handle: FrameHandle, setup: InspectionSetup | None, *, ok: bool = False, **told: Any
    ) -> Message:
        """What there is to say of a picture now; not `ok` with an `error`."""
        canonical = (0, 0)
        if setup is not None:
            canonical = setup.recipe.canonical_px
            told |= {"recipe": setup.recipe.identity, "model": setup.model}
            told |= {"engine": setup.engine.name}
        seen = Inspection(
            trigger=handle.trigger,
            exposure_ns=to_ns(handle.header.stamp),
            done_ns=self.now_ns(),
            ok=ok,
            **told,
        )
        return message_of(seen, handle, canonical, self.frame(ROOT))

    def _store(self, handle: FrameHandle, view: Image) -> str:
        """The view's path, from the data folder on. Raises OSError."""
        content = encoded(view)
        picture = Incoming.of("view", to_ns(handle.header.stamp), content)
        # The disk is not waited for here: the recorder does, when it brings the view to its part.
        store_incoming(Path(self.config.data_dir), picture, content, durable=False)
        return picture.path

    def _look(self) -> None:
        failing = self._engine_errors >= MOST_ENGINE_ERRORS
        self.advisories = {"inspector.engine_error": self.problem} if failing else {}
        self._beside.look()
        self.advisories |= self._beside.advisories | self._watching.advisories
        if self._space is not None:
            self._space.look()
            self.advisories |= self._space.advisories


if __name__ == "__main__":
    run(InspectorNode)
