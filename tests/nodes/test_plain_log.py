"""What drivers log stands in a process's log in words, not as codes."""

from __future__ import annotations

import subprocess
import sys

from cell.texts import tr

LOGS = """
import logging
from cell.nodes.plain_log import log_in_words
from cell.texts import say

log_in_words()
log_in_words()
logging.getLogger("robot.service").error("%s", say("cell.bin_in_place"))
logging.getLogger("robot.service").info("nobody asked")
try:
    raise OSError(say("cell.bin_in_place"))
except OSError:
    logging.getLogger("robot.service").exception("it failed")
"""


def test_codes_are_looked_up_once_and_tracebacks_stay() -> None:
    done = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, check=True)
    first, *others = done.stderr.splitlines()
    assert first == f"ERROR: robot.service: {tr('cell.bin_in_place', 'en')}"
    assert others[:2] == ["ERROR: robot.service: it failed", "Traceback (most recent call last):"]
    assert "cell.bin_in_place" not in done.stderr
    assert "nobody asked" not in done.stderr
