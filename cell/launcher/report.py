"""The report of a finished run, and whether the law of the cell held."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from cell.launcher.session import Session
from cell.records import report
from cell.records.facts import read_facts
from cell.records.journal import Journal
from cell.records.projection import Projection
from cell.records.store import open_records


def build_report(session: Session, seed: int) -> dict[str, Any]:
    """Content of report.json for a session that has been stopped."""
    folder = Path(session.config.data_dir)
    projection = Projection.open(folder / "records.db")
    with Journal.follow(folder / "journal.db") as journal:
        projection.catch_up(journal)  # what the recorder had no time for
    projection.close()
    engine = open_records(folder / "records.db")
    try:
        facts = read_facts(engine)
    finally:
        engine.dispose()
    used = {name: asdict(usage) for name, usage in session.group.usage().items()}
    content = report.build_report(facts, truth=session.truth(), processes=used, seed=seed)
    return content | {
        "duration_s": round(session.produced_s, 1),
        "host_lost_percent": round(session.host_lost_percent, 1),
    }


def law_held(content: dict[str, Any]) -> list[str]:
    """What in a report breaks the law of the cell; empty when it held."""
    parts, truth, removals = content["parts"], content["truth"], content["removals"]
    broken = []
    if parts["unaccounted"]:
        broken.append(f"{parts['unaccounted']} parts unaccounted for")
    if truth.get("escapes"):
        broken.append(f"{truth['escapes']} defective parts passed")
    if removals["missed"] > parts["purged"]:
        # A part whose removal failed must have been taken by a person.
        lost = removals["missed"] - parts["purged"]
        broken.append(f"{lost} removals neither confirmed nor purged")
    return broken
