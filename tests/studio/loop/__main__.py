"""The whole journey of a better model, in a real browser against the twin: parts with a new kind of
defect pass, are overridden, labelled, learnt; the new model is tried, looks at the line, passes the
gate and judges. Ends with a table of its steps and their times, and with exit code 1 where the new
kind still escapes.

python -m tests.studio.loop FOLDER --parts 200

Needs torch (extra `train`), selenium, chromium. FOLDER keeps what is prepared once (known parts and
a first model); further runs begin from there.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from selenium import webdriver

from tests.hmi.conftest import chromium
from tests.studio.loop.before import prepare
from tests.studio.loop.engineer import Engineer
from tests.studio.loop.journey import Journey
from tests.studio.loop.line import Line
from tests.studio.loop.steps import Steps, console
from tests.studio.loop.written import WrittenLine

DOMAIN, PORT = 87, 8987
ENOUGH = 200


def main() -> int:
    """The command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path)
    words.add_argument("--parts", type=int, default=200, help="in the shadow, and afterwards")
    words.add_argument("--overrides", type=int, default=18)
    words.add_argument("--share", type=float, default=0.25, help="of defective parts later on")
    words.add_argument("--steps", type=int, default=400, help="of each training")
    words.add_argument(
        "--no-line", action="store_true", help="records instead of a cell: for a busy machine"
    )
    given = words.parse_args()
    steps, prepared = Steps(), given.folder / "prepared"
    if not prepared.exists():
        with steps.step("prepared: known parts, a first model"):
            prepare(given.folder / "unfinished", given.steps)
            (given.folder / "unfinished").rename(prepared)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=given.folder))
    shutil.copytree(prepared, folder / "data")
    overrides = {
        "labels.test_share": 0.3,
        "promotion.least_line_parts": given.parts,
        "training.steps": given.steps,
    }
    if given.parts < ENOUGH:
        console.print(f"Fewer than {ENOUGH} parts: a rehearsal; the gate asks for less speed.")
        overrides["promotion.slow_share"] = 0.05
    made = WrittenLine if given.no_line else Line
    line: Line | WrittenLine = made(folder / "data", DOMAIN, PORT, overrides)
    browser = chromium(webdriver, folder / "chromium", flat=True)
    code = 1
    try:
        journey = Journey(line, Engineer(browser, line), given.parts, steps)
        journey.run(given.overrides, given.share)
        code = 0
    except BaseException:
        browser.save_screenshot(str(folder / "broken.png"))
        raise
    finally:
        browser.quit()
        line.close()
        steps.print()
        for fault in line.faults:
            console.print(f"the operator had to bring the cell back: {fault}")
    return code


if __name__ == "__main__":
    sys.exit(main())
