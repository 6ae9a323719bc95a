"""A step that Ctrl-C does not tear apart."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from models.ground.signals import undivided

ROOT = Path(__file__).parents[2]
STEP = """
import signal, sys
from models.ground.signals import undivided

def ended(number, _):
    raise SystemExit(128 + number)

number, ignored = int(sys.argv[1]), sys.argv[2] == "ignored"
if ignored or number != signal.SIGINT:
    signal.signal(number, signal.SIG_IGN if ignored else ended)
before = signal.getsignal(number)
try:
    with undivided():
        signal.raise_signal(number)
        print("whole", flush=True)
    print("went on", flush=True)
finally:
    assert signal.getsignal(number) is before
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("how", ["heard", "ignored"])
def test_a_signal_waits_until_the_step_is_done(number: int, how: str) -> None:
    command = [sys.executable, "-c", STEP, str(int(number)), how]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if how == "ignored":
        assert (ended.returncode, ended.stdout) == (0, "whole\nwent on\n"), ended.stderr
        return
    assert ended.stdout == "whole\n"
    code = -number if number == signal.SIGINT else 128 + number  # as Python ends by Ctrl-C
    assert ended.returncode == code, ended.stderr


def test_other_threads_do_the_step_as_well() -> None:
    done = threading.Event()

    def step() -> None:
        with undivided():
            done.set()

    thread = threading.Thread(target=step)
    thread.start()
    thread.join()
    assert done.is_set()
