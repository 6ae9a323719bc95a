"""The demo cell's site, and files of sites that are built a little differently."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from calibration.cell import load_calibration

FILE = Path(__file__).parents[1] / "calibration" / "demo_cell.json"
SITE = load_calibration(FILE)


def site_file(folder: Path, changes: Mapping[str, Any], name: str = "site.json") -> Path:
    """The demo cell's calibration file with other values at these dotted places."""
    tree = json.loads(FILE.read_text(encoding="utf-8"))
    for place, value in changes.items():
        *parents, last = place.split(".")
        spot = tree
        for part in parents:
            spot = spot[part]
        spot[last] = value
    path = folder / name
    path.write_text(json.dumps(tree), encoding="utf-8")
    return path
