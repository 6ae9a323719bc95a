"""`python -m tests.system.drifts`: how soon drift is told, and what escapes before, with the twin's
pictures, the cell's inspector and its monitors, without belt and arm between them.

The line learns its baseline once; then each drift comes on slowly over a hundred parts and stays.
Prints a line of JSON for each.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import cv2
import numpy as np

from calibration.cell import load_calibration
from calibration.geometry import Pose2D
from cell.config import load
from cell.nodes.line_watching import measured, where_of
from cell.products.inspector import InspectionSetup, build_inspector
from cell.products.rules import judge
from cell.products.verdict import VerdictKind
from cell.quality.watched_part import Part
from cell.quality.watches import Watches, drifted_of, unsettled_of
from twin.boards import BoardLibrary
from twin.catalogue import load_libraries
from twin.config import TwinConfig
from twin.line import Y_SPREAD
from twin.product import YAW_SPREAD
from twin.render import PlacedPart, Scene, render_frame, true_camera
from twin.render.optics import Seeing
from vision.errors import InspectionError

ON: Final = 100
"""Parts over which a drift comes on."""
SHARE: Final = 0.15


@dataclass(frozen=True, slots=True)
class Drift:
    """What has changed in the end. kinds: of the defects, and share of the parts that have one."""

    name: str
    light: float = 1.0
    blur_px: float = 0.0
    aside_m: float = 0.0
    share: float = SHARE
    kinds: tuple[str, ...] = ()

    def at(self, done: float) -> Drift:
        """On its way, 0..1."""
        return replace(
            self, light=1.0 + done * (self.light - 1.0), blur_px=done * self.blur_px,
            aside_m=done * self.aside_m, share=SHARE + done * (self.share - SHARE),
        )  # fmt: skip


QUIET: Final = Drift("quiet")
DRIFTS: Final = (
    Drift("light falls by 10 %", light=0.9),
    Drift("light falls by 30 %", light=0.7),
    Drift("focus, 1 px of blur", blur_px=1.0),
    Drift("focus, 2 px of blur", blur_px=2.0),
    Drift("parts 5 mm aside", aside_m=0.005),
    Drift("every second part with pin holes or copper", share=0.5, kinds=("pin_hole", "copper")),
)


class Line:
    """The twin's camera over parts that lie as its infeed lays them, and the cell's inspector."""

    def __init__(self, setup: InspectionSetup, seed: int) -> None:
        config = TwinConfig(seed=seed)
        self._site = load_calibration(config.calibration_file)
        camera = true_camera(self._site.camera.model(), config.camera_error_px, seed)
        self._setup, self._scene = setup, Scene(camera, seed)
        library = load_libraries(config)["pcb"]
        assert isinstance(library, BoardLibrary)
        self._library, self._random, self._number = library, np.random.default_rng(seed), 0

    def next(self, drift: Drift) -> tuple[Part | None, bool, bool]:
        """What is watched of a part (None: nobody could look at it), whether it is defective, and
        whether it would pass.
        """
        random, library = self._random, self._library
        library.kinds = drift.kinds or library.known_kinds
        part = library.draw(random, bool(random.random() < drift.share))
        y = random.uniform(-Y_SPREAD, Y_SPREAD) + drift.aside_m
        yaw = float(random.uniform(-YAW_SPREAD, YAW_SPREAD))
        x = part.product.reach_m(0.0) - part.product.reach_m(yaw)
        pose = Pose2D(self._site.stations.camera_x + x, float(y), yaw)
        seeing = Seeing(drift.light, drift.blur_px)
        self._number += 1
        placed, travel = [PlacedPart(part, pose)], 0.35 * self._number
        picture = render_frame(self._scene, placed, travel, 0.2, self._number, seeing)
        try:
            found, view = self._setup.complete.inspect_frame(picture)
        except InspectionError:
            return None, bool(part.defects), False
        passes = judge(self._setup.recipe, found.detections).kind is VerdictKind.PASS
        return measured(self._setup.recipe, found, view), bool(part.defects), passes


def run(line: Line, watches: Watches, where: Any, drift: Drift, parts: int) -> dict[str, Any]:
    """Until the advisory, or so many parts; what was told, and what had happened by then."""
    told: dict[str, Any] = {"drift": drift.name, "parts": None, "first": ""}
    defective = escaped = uninspected = rejected = 0
    for number in range(parts):
        part, bad, passes = line.next(drift.at(min(1.0, number / ON)))
        defective, escaped = defective + bad, escaped + (bad and passes)
        rejected += not bad and not passes
        if part is None:
            uninspected += 1
            continue
        watches = watches.after(where, part, number)
        if drifted := drifted_of(watches.pair(where)):
            told |= {"parts": number + 1, "first": drifted[0].name}
            told |= {"usual": round(drifted[0].usual, 4), "found": round(drifted[0].found, 4)}
            break
    return told | {
        "watched": number + 1, "defective": defective, "escaped": escaped,
        "false_rejects": rejected, "uninspected": uninspected,
    }  # fmt: skip


def learnt(line: Line, watches: Watches, where: Any, parts: int) -> Watches:
    """After a baseline of so many parts of a line that does not change."""
    for number in range(parts):
        part, _, _ = line.next(QUIET)
        if part is not None:
            watches = watches.after(where, part, number)
    return watches


def drifts(baseline: int, quiet: int, most: int) -> Iterator[dict[str, Any]]:
    """Each drift of the table, and first so many parts of a quiet line."""
    cv2.setNumThreads(1)
    config = load(None)
    setup = build_inspector(config, "pcb")
    where, line = where_of(setup), Line(setup, 5)
    fresh = Watches(baseline, config.quality.advisory_run).at(where, {})
    begun = time.perf_counter()
    watches = learnt(line, fresh, where, baseline + 5)
    yield {
        "baseline": baseline, "unsettled": [one.name for one in unsettled_of(watches.pair(where))],
        "limits": {
            name: [round(bound, 4) for bound in one.limits]
            for watch in watches.pair(where) for name, one in watch.usual.items()
        },
        "persistence": {
            name: round(one.persistence, 2)
            for watch in watches.pair(where) for name, one in watch.usual.items()
        },
    }  # fmt: skip
    for drift, parts in ((QUIET, quiet), *((one, most) for one in DRIFTS)):
        found = run(line, watches, where, drift, parts)
        yield found | {"seconds": round(time.perf_counter() - begun)}
    setup.engine.close()


def main() -> None:
    """Print them."""
    asked = argparse.ArgumentParser()
    for name, value in (("baseline", 500), ("quiet", 500), ("most", 600)):
        asked.add_argument(f"--{name}", type=int, default=value)
    given = asked.parse_args()
    for found in drifts(given.baseline, given.quiet, given.most):
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
