"""Stands for `cell.training.detector` on the other machine: counts, with a checkpoint at every
number, then packs a real small network. It holds on while a file `hold` lies in the home folder.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cell.training.packing import Place, figures_of, pack, source_of
from cell.training.preparing import Prepared
from cell.training.told import Told
from cell.training.values import Job, Point, Progress
from models.files import CARD
from tests.models.test_package import network, package

END = 20


@dataclass(frozen=True, slots=True)
class Terms:
    place: Place
    threads: int
    min_free_mib: int
    device: str


def learn(book: Told, job: Job, prepared: Prepared, terms: Terms, clock: Callable[[], int]) -> None:
    folder, home = book.folder(job.id), Path.home()
    kept = folder / "kept"
    begun = int(kept.read_text()) if kept.exists() else 0
    (folder / "pid").write_text(f"{os.getpid()}")
    with (home / "begun").open("a") as log:
        log.write(f"{begun} {terms.device} {terms.threads}\n")
    book.begin_at(job.id, begun)
    for n in range(begun + 1, END + 1):
        while (home / "hold").exists() and n > END // 2:
            time.sleep(0.01)
        if (home / "trouble").exists() and n > END // 2:
            raise OSError(28, "No space left on device", str(kept))
        kept.write_text(f"{n}")
        book.tell(job.id, Progress(n / END, n, END, n, END, 1.0 / n), [Point(n, 1.0 / n)])

    def write(target: Path) -> dict[str, Any]:
        classes = prepared.classes
        change = {
            "name": target.name, "version": terms.place.version, "classes": list(classes),
            "thresholds": dict.fromkeys(classes, 0.5), "metrics": {"counted": END},
            "data": source_of(job, prepared, terms.place.parents),
        }  # fmt: skip
        if (home / "foreign").exists():
            change["data"]["fingerprint_sha256"]["train"] = "0" * 64
        package(target, network(("N", 4 + len(classes), 7)), **change)
        told: dict[str, Any] = json.loads((target / CARD).read_text())
        return told

    made, card = pack(folder, job, terms.place, write, clock())
    book.finish(job.id, made, figures_of(card), clock())
