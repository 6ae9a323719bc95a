"""What is on record after a run on two machines."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from cell.config import CellConfig
from cell.records import report
from cell.records.facts import read_facts
from cell.records.store import open_records


def pictures(config: CellConfig) -> dict[str, int]:
    """How many views and frames there are with their parts, wait, are missing."""
    file = config.data_dir / "records.db"
    if not file.exists():
        return {"waiting": 1}
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as records:
        rows = records.execute("SELECT kind, path, bytes FROM evidence").fetchall()
        named = records.execute("SELECT count(*) FROM inspection WHERE view <> ''").fetchone()[0]
    there = [(kind, (config.data_dir / path).is_file()) for kind, path, _ in rows if path]
    return {
        "inspections_with_a_view": named,
        "views": there.count(("view", True)),
        "frames": there.count(("frame", True)),
        "missing": sum(not is_there for _, is_there in there),
        "waiting": sum(not path for _, path, _ in rows),
    }


def accounts(config: CellConfig, truth: Path) -> dict[str, Any]:
    """Parts as the records have them, and as they really were."""
    engine = open_records(config.data_dir / "records.db")
    try:
        facts = read_facts(engine)
    finally:
        engine.dispose()
    told = report.build_report(
        facts, truth=json.loads(truth.read_text(encoding="utf-8")), processes={}, seed=5
    )
    words = [sys.executable, "-m", "cell.faces.cli.main", "records", "verify"]
    checked = subprocess.run([*words, "--data", str(config.data_dir)], capture_output=True)
    return {
        "parts": told["parts"], "escapes": told["truth"].get("escapes"),
        "verify": checked.returncode,
    }  # fmt: skip
