"""A data folder with a shift of a line in it: journal, records, views and labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from cell.control.ledger import events as e
from cell.control.ledger.inspection import Inspection
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.reasons import Why
from cell.labels.values import About, NewPicture, Reason, Said
from cell.products.verdict import Verdict, VerdictKind
from cell.records.images import encoded
from tests.cell.evidence_world import START_NS, Shift
from tests.labels.desk import NEVER_TWICE, tell
from vision.types import Defect, Image, Timings

SECOND = 10**9
GOOD = Said(Judgement.GOOD)


def pit(score: float, x: float = 100.0) -> Defect:
    """A finding of 20 x 20 px."""
    return Defect("pit", score, x, 100.0, x + 20.0, 120.0)


def real_pit(x: float = 100.0) -> Said:
    """What a person outlines there."""
    return Said(Judgement.DEFECTIVE, (Shape.of_box("pit", x, 100.0, x + 20.0, 120.0),))


@dataclass
class Line:
    """Parts two seconds apart, from START_NS on. A score of 0.5 and more is rejected."""

    folder: Path
    recipe: str = "pcb@1#abc"
    shift: Shift = field(init=False)
    now_ns: int = START_NS

    def __post_init__(self) -> None:
        self.shift = Shift(self.folder)
        self.said(e.StateChanged(stamp_ns=self.now_ns, state=e.CellState.RUNNING, reason=""))

    def said(self, *events: e.Event) -> None:
        self.shift.journal.append([*events])
        self.shift.projection.catch_up(self.shift.journal)

    def part(
        self,
        *defects: Defect,
        override: str = "",
        closed: bool = True,
        model: str = "m@1",
        image: Image | None = None,
    ) -> str:
        self.shift.parts += 1
        self.now_ns += 2 * SECOND
        number, now = self.shift.parts, self.now_ns
        name = f"s1-{number:05d}"
        stops = any(one.score >= 0.5 for one in defects)
        verdict = Verdict(VerdictKind.REJECT if stops else VerdictKind.PASS, "scrap" * stops, "")
        seen = Inspection(
            trigger=number, exposure_ns=now, done_ns=now, ok=True, recipe=self.recipe, model=model,
            engine="test", timings=Timings(1.0, 1.0, 1.0), defects=defects,
            view="" if image is None else self.shift.view(image, now),
        )  # fmt: skip
        events: list[e.Event] = [
            e.Arrived(stamp_ns=now, part=name, index=number, encoder_m=0.0, x=0.0),
            e.Inspected(stamp_ns=now, part=name, inspection=seen, late=False, encoder_m=0.0),
            e.Judged(stamp_ns=now, part=name, verdict=verdict, by="recipe"),
        ]
        passed = not stops
        if override:
            passed = override == "pass"
            given = Verdict(VerdictKind(override), "" if passed else "scrap", "")
            events.append(e.Judged(stamp_ns=now, part=name, verdict=given, by="lee"))
        if closed and passed:
            events.append(e.Passed(stamp_ns=now, part=name, index=number, encoder_m=0.0))
        elif closed:
            events.append(e.Purged(stamp_ns=now, part=name, person="test"))
        self.said(*events)
        return name

    def label(self, part: str, said: Said, image: Image | None = None) -> None:
        """A settled label of the part's view."""
        number = int(part[-5:])
        shown = image
        if shown is None:
            shown = np.random.default_rng(number).integers(0, 255, (640, 640), np.uint8)
        file = self.folder / f"{part}.jpg"
        file.write_bytes(encoded(shown))
        book = LabelBook.open(self.folder, NEVER_TWICE)
        about = About(part=part, recipe=self.recipe)
        item = book.add(
            NewPicture(file, f"{part}-view-x.jpg", part, about), Reason(Why.WANTED), now_ns=0
        )
        tell(book, item, "kim", said)
        book.close()
        file.unlink()

    def close(self) -> None:
        self.shift.close()
