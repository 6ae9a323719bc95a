"""`cell bench read`: what it costs to read pictures with a reader that tells of damage."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.table import Table

from cell.faces.cli.bench.reading import measure, overall, write_pictures
from cell.faces.cli.terminal import terminal
from cell.products.loading import RECIPES
from models.ground.scratch import scratch
from vision.pictures import read_picture

SIZES = [(640, 256), (640, 640), (1920, 1200)]
"""Canonical views and the camera's picture."""


def read(
    repeat: Annotated[int, typer.Option(min=3, help="Readings of each file by each reader.")] = 30,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Pictures a second of the cell's reader beside `cv2.imread`, both in turn, by format and size.

    The ratio is the cell's speed as a share of OpenCV's.
    """
    board = read_picture(min((RECIPES / "pcb" / "goldens").glob("*.webp")))
    with scratch("bench") as folder:
        paths = write_pictures(folder, board, SIZES)
        rows = [measure(path, repeat) for path in paths]
    if as_json:
        content = {
            "ratio": round(overall(rows), 3),
            "least_ratio": round(min(row.ratio for row in rows), 3),
            "rows": [
                {
                    "format": row.format,
                    "size": row.size,
                    "read_per_s": round(row.read_per_s, 1),
                    "imread_per_s": round(row.imread_per_s, 1),
                    "ratio": round(row.ratio, 3),
                }
                for row in rows
            ],
        }
        print(json.dumps(content, indent=2))
        return
    table = Table("format", "size", "read /s", "imread /s", "ratio", title="cell bench read")
    for row in rows:
        speeds = (f"{row.read_per_s:.0f}", f"{row.imread_per_s:.0f}", f"{row.ratio:.2f}")
        table.add_row(row.format, row.size, *speeds)
    terminal().print(table)
    terminal().print(f"over all: {overall(rows):.2f}")
