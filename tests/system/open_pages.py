"""What open pages cost the cell: one run in which ten come and go, block by block. Prints JSON.

python -m tests.system.open_pages --parts 120

The pages are real clients of the page's socket that draw nothing, as panels elsewhere in a plant
draw on their own computers.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from cell.faces.cli.bench.faces.clients import Pages
from tests.system.blocks import in_blocks, latencies

HOST, DOMAIN, PORT = "127.0.9.78", 77, 8978
URL = f"http://127.0.0.1:{PORT}"
PAGES = 10


def run(parts: int, folder: Path) -> dict[str, Any]:
    """The run, and its figures."""
    pages = Pages(URL)

    def change(block: int) -> int:
        opened = (0, PAGES)[block % 2]
        pages.open(opened)
        return opened

    words = ["--start", "--host", HOST, "--port", str(PORT)]
    side, code = in_blocks(words, folder, DOMAIN, parts, change)
    found = latencies(folder / "data")
    sides = {n: [found[p] for p, s in side.items() if s == n and p in found] for n in (0, PAGES)}
    middle = {n: statistics.median(of) for n, of in sides.items()}
    return {
        "exit_code": code,
        "parts": {n: len(of) for n, of in sides.items()},
        "median_ms": {n: round(m, 1) for n, m in middle.items()},
        "p90_ms": {n: round(statistics.quantiles(of, n=10)[-1], 1) for n, of in sides.items()},
        "change_percent": round(100 * (middle[PAGES] / middle[0] - 1), 1),
        "messages_heard": pages.heard,
    }


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--parts", type=int, default=120)
    parts = words.parse_args().parts
    with tempfile.TemporaryDirectory() as folder:
        start = time.monotonic()
        told = run(parts, Path(folder))
    print(json.dumps(told | {"took_s": round(time.monotonic() - start)}))


if __name__ == "__main__":
    main()
