"""A line of records alone: discs are drawn and inspected by the cell's own inspector, journal and
records are written as a supervisor would, and the page is served. No belt, no arm: it goes on a
machine that is too busy for a cell, and nothing is overridden at the page.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import numpy as np

from cell.config.load import dump, load
from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.launcher.env import environment
from cell.products.inspector import InspectionSetup, build_inspector
from cell.products.rules import judge
from cell.products.verdict import Verdict, VerdictKind
from cell.records.images import encoded, store_incoming
from cell.records.journal import Journal
from cell.records.keeping import Keeper
from cell.records.naming import Incoming
from cell.records.projection import Projection
from tests.studio.loop import discs
from tests.studio.loop.eyes import Disc
from twin.discs import DiscLibrary
from twin.product import Variant
from vision.types import Image, Timings

SESSION: Final = "written"


class Seen:
    """What a person beside it knows."""

    def __init__(self) -> None:
        self.known: dict[str, Disc] = {}

    def discs(self) -> dict[str, Disc]:
        """Every part so far, by its name on records."""
        return dict(self.known)


class WrittenLine:
    """As `Line`, without anything that moves."""

    def __init__(self, data: Path, domain: int, port: int, overrides: dict[str, Any]) -> None:
        self.data, self.url = data, f"http://127.0.0.1:{port}"
        self._file, self._port, self._domain = data.parent / "cell.yaml", port, domain
        dump(load(None, {"data_dir": str(data), "recipe": "disc", **overrides}), self._file)
        self.config, self.eyes = load(self._file), Seen()
        self.faults: list[str] = []
        self._library, self._share = DiscLibrary(), 0.0
        self._feeding, self._over = threading.Event(), threading.Event()
        self._journal = Journal.open(data / "journal.db")
        self._records = Projection.open(data / "records.db")
        self._keeper = Keeper(data, self._records.engine)
        self._page: subprocess.Popen[bytes] | None = None
        self._setup: InspectionSetup | None = None
        self._turn = threading.Lock()
        self._made = 0
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Serve the page; inspect by whichever model judges now."""
        with self._turn:
            self._setup = build_inspector(self.config, "disc")
        if not self._made and not self._thread.is_alive():
            self._begin(self._setup.recipe.stamp)
            self._thread.start()
        words = [sys.executable, "-m", "cell.faces.web", "--config", str(self._file)]
        words += ["--port", str(self._port)]
        with (self.data.parent / "page.log").open("a") as log:
            self._page = subprocess.Popen(
                words, stdout=log, stderr=log, env={**os.environ, **environment(self._domain)}
            )

    def goes_by(self, model: str) -> int:
        """Inspect by this one; since when [ns]. model: its identity."""
        with self._turn:
            self._setup = build_inspector(self.config, "disc")
        assert self._setup.model == model, (self._setup.model, model)
        return time.time_ns()

    def end(self) -> None:
        """Serve it no more."""
        self._feeding.clear()
        if self._page is not None:
            self._page.terminate()
            self._page.wait(60)

    def close(self) -> None:
        """End it for good."""
        self.end()
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()
        self._records.close()
        self._journal.close()

    def feed(self, *, on: bool) -> None:
        """Whether parts come."""
        if on:
            self._feeding.set()
        else:
            self._feeding.clear()

    def spoil(self, kinds: tuple[str, ...], share: float) -> None:
        """What parts suffer from, from now on."""
        self._library, self._share = DiscLibrary(kinds), share

    def empty(self) -> bool:
        """Nothing is ever on its way."""
        return True

    def wait(self, true: Any, what: str, limit_s: float) -> Any:
        """Wait until it is."""
        until = time.monotonic() + limit_s
        while not (value := true()):
            assert time.monotonic() < until, f"not within {limit_s:.0f} s: {what}"
            time.sleep(0.2)
        return value

    def refuse(self, kind: str, wanted: int) -> list[str]:
        """What the cell does when a person refuses parts that passed: the newest of this kind."""
        parts = [one.part for one in self._missed(kind)][:wanted]
        verdict = Verdict(VerdictKind.REJECT, "scrap", "")
        with self._turn:
            now = time.time_ns()
            self._journal.append(
                [e.Judged(stamp_ns=now, part=part, verdict=verdict, by="kim") for part in parts]
            )
            self._records.catch_up(self._journal)
        return parts

    def missed(self, kind: str) -> int:
        """How many parts with this kind of defect have passed."""
        return len(self._missed(kind))

    def _missed(self, kind: str) -> list[Disc]:
        discs = self.eyes.discs().values()
        return [one for one in discs if one.where == "passed" and kind in one.kinds]

    def _begin(self, recipe: str) -> None:
        first = e.SessionStarted(
            stamp_ns=time.time_ns(), session=SESSION, recipe=recipe, encoder_m=0.0, arrivals=0,
            exposures=0, exits=0, clean=True,
        )  # fmt: skip
        self._journal.append([first])

    def _work(self) -> None:
        while not self._over.is_set():
            if not self._feeding.wait(0.2):
                continue
            defective = bool(np.random.default_rng([87, self._made]).random() < self._share)
            one = discs.views(self.config, self._library, 1, 1000 + self._made, defective=defective)
            for part, view, yaw in one:
                with self._turn:
                    self._part(part, view, yaw)

    def _part(self, part: Variant, view: Image, yaw: float) -> None:
        setup = self._setup
        assert setup is not None
        self._made += 1
        number, name, now = self._made, f"{SESSION}-{self._made:05d}", time.time_ns()
        found, _ = setup.complete.inspect_view(view)
        verdict = judge(setup.recipe, found.detections)
        content = encoded(view)
        kept = Incoming.of("view", now, content)
        store_incoming(self.data, kept, content, durable=False)
        seen = Inspection(
            trigger=number, exposure_ns=now, done_ns=now, ok=True, defects=found.detections,
            recipe=setup.recipe.stamp, model=setup.model, engine=found.engine,
            timings=Timings(locate_ms=1.0, inference_ms=1.0, total_ms=1.0), view=kept.path,
        )  # fmt: skip
        events: list[e.Event] = [
            e.Arrived(stamp_ns=now, part=name, index=number, encoder_m=0.0, x=0.0),
            e.FrameSeen(
                stamp_ns=now, trigger=number, exposure_ns=now, received_ns=now, ok=True, error=""
            ),
            e.Inspected(stamp_ns=now, part=name, inspection=seen, late=False, encoder_m=0.0),
            e.Judged(stamp_ns=now, part=name, verdict=verdict, by="recipe"),
        ]
        passed = verdict.kind is VerdictKind.PASS
        if passed:
            events.append(e.Passed(stamp_ns=now, part=name, index=number, encoder_m=0.0))
        else:
            events.append(e.Purged(stamp_ns=now, part=name, person="lee"))
        self._journal.append(events)
        self._records.catch_up(self._journal)
        self._keeper.settle(100)
        kinds = tuple(kind for kind, _ in part.defects)
        where = "passed" if passed else "removed"
        self.eyes.known[name] = Disc(name, number, kinds, where, part.picture, yaw)
