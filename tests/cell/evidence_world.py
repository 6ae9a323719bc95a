"""A shift whose pictures are real files: it writes the journal as a supervisor would, puts views
where an inspector does, and records all of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.products.verdict import Verdict, VerdictKind
from cell.records.images import encoded, store_incoming
from cell.records.journal import Journal
from cell.records.keeping import Keeper
from cell.records.naming import INCOMING, PICTURES, Incoming
from cell.records.projection import Projection
from vision.types import Image, Timings

START_NS = 1_700_000_000_000_000_000
DAY_NS = 86_400 * 10**9
SESSION = "s1"


def noise(seed: int, side: int = 48) -> Image:
    """A picture unlike any other."""
    return np.random.default_rng(seed).integers(0, 255, (side, side), np.uint8)


@dataclass
class Shift:
    """Parts one after the other, a second apart unless `at_ns` says so."""

    folder: Path
    parts: int = 0
    journal: Journal = field(init=False)
    projection: Projection = field(init=False)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.journal = Journal.open(self.folder / "journal.db")
        self.projection = Projection.open(self.folder / "records.db")
        self.keeper = Keeper(self.folder, self.projection.engine)
        self.journal.append(
            [
                e.SessionStarted(
                    stamp_ns=START_NS,
                    session=SESSION,
                    recipe="pcb@1",
                    encoder_m=0.0,
                    arrivals=0,
                    exposures=0,
                    exits=0,
                    clean=True,
                )
            ]
        )

    def close(self) -> None:
        self.projection.close()
        self.journal.close()

    def view(self, image: Image, exposure_ns: int) -> str:
        """What the inspector does with a view; returns what it says of it."""
        content = encoded(image)
        picture = Incoming.of("view", exposure_ns, content)
        store_incoming(self.folder, picture, content, durable=False)
        return picture.path

    def part(
        self,
        image: Image | None = None,
        *,
        trigger: int | None = None,
        passed: bool = True,
        at_ns: int | None = None,
        frame: Image | None = None,
        closed: bool = True,
        view: str | None = None,
    ) -> str:
        """One part from arrival to its end, in the journal and the records; settles nothing."""
        self.parts += 1
        number, name = self.parts, f"{SESSION}-{self.parts:05d}"
        now = START_NS + number * 10**9 if at_ns is None else at_ns
        shot = number if trigger is None else trigger
        if view is None:
            view = self.view(noise(number) if image is None else image, now)
        kind = VerdictKind.PASS if passed else VerdictKind.REJECT
        verdict = Verdict(kind, "" if passed else "scrap", "")
        events: list[e.Event] = [
            e.Arrived(stamp_ns=now, part=name, index=number, encoder_m=0.0, x=0.0),
            e.FrameSeen(
                stamp_ns=now, trigger=shot, exposure_ns=now, received_ns=now, ok=True, error=""
            ),
            inspected(name, shot, now, view),
            e.Judged(stamp_ns=now, part=name, verdict=verdict, by="recipe"),
        ]
        if closed and passed:
            events.append(e.Passed(stamp_ns=now, part=name, index=number, encoder_m=0.0))
        elif closed:
            events.append(e.Purged(stamp_ns=now, part=name, person="test"))
        self.journal.append(events)
        self.projection.catch_up(self.journal)
        if frame is not None:
            self.keeper.keep_frame(name, shot, now, frame)
        return name

    def files(self) -> list[str]:
        """Evidence in its place, from the data folder on."""
        found = (self.folder / PICTURES).rglob("*.jpg")
        names = (str(path.relative_to(self.folder)) for path in found)
        return sorted(name for name in names if not name.startswith(INCOMING))

    def incoming(self) -> list[Path]:
        """What lies in the incoming place."""
        return sorted((self.folder / INCOMING).glob("*"))


def inspected(part: str, trigger: int, exposure_ns: int, view: str) -> e.Inspected:
    """An inspection without a finding."""
    seen = Inspection(
        trigger=trigger,
        exposure_ns=exposure_ns,
        done_ns=exposure_ns,
        ok=True,
        recipe="pcb@1",
        model="m@1",
        engine="test",
        timings=Timings(locate_ms=1.0, inference_ms=1.0, total_ms=1.0),
        view=view,
    )
    return e.Inspected(stamp_ns=exposure_ns, part=part, inspection=seen, late=False, encoder_m=0.0)
