"""Ctrl-C and SIGTERM at random moments of a run: does it end in time, quietly, leaving nothing?

python -m tests.system.interrupts --count 100 --seed 1
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from cell.launcher.demo import image_folder

LIMIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How one interrupted run ended. `faults` is empty when all was well."""

    took_s: float
    faults: tuple[str, ...]


def interrupt(
    after_s: float, number: int, folder: Path, host: str, domain: int, *options: str
) -> Ended:
    """Start `cell run` with `options`, send `number` to its terminal's group `after_s` later."""
    command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--data", str(folder)]
    command += ["--host", host, "--domain", str(domain), *options]
    with tempfile.TemporaryFile("w+") as output:
        run = subprocess.Popen(
            command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
        time.sleep(after_s)
        os.killpg(run.pid, number)
        sent = time.monotonic()
        try:
            run.wait(30.0)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
        took = time.monotonic() - sent
        output.seek(0)
        said = output.read()
    faults = []
    if took > LIMIT_S:
        faults.append(f"took {took:.1f} s")
    if "Traceback" in said or "Exception ignored" in said or "Aborted" in said:
        faults.append(said[-2000:])
    left = [p for p in psutil.process_iter(["cmdline"]) if belongs(p, folder)]
    if left:
        faults.append(f"left running: {[p.info['cmdline'] for p in left]}")
        for process in left:
            process.kill()
    if image_folder(folder).parent.exists():
        faults.append("the pictures' folder is left")
    return Ended(took, tuple(faults))


def belongs(process: psutil.Process, folder: Path) -> bool:
    """Whether a process is one of a run with this data folder."""
    return any(str(folder) in word for word in process.info["cmdline"] or ())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", type=float, default=10.0, help="latest moment [s]")
    parser.add_argument("--host", default="127.0.9.34")
    parser.add_argument("--domain", type=int, default=34)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    bad, longest = 0, 0.0
    for i in range(given.count):
        moment = chance.uniform(0.0, given.until)
        number = signal.SIGINT if i % 2 else signal.SIGTERM
        options = ("--headless", "--parts", "50") if i % 4 < 2 else ("--start", "--port", "8934")
        folder = Path(tempfile.mkdtemp(prefix="interrupted-"))
        ended = interrupt(moment, number, folder, given.host, given.domain, *options)
        shutil.rmtree(folder, ignore_errors=True)
        longest, bad = max(longest, ended.took_s), bad + bool(ended.faults)
        print(f"{moment:6.2f} s {number.name:8} {ended.took_s:5.2f} s {ended.faults or ''}")
    print(f"{given.count - bad} of {given.count} ended well; the longest took {longest:.1f} s")


if __name__ == "__main__":
    main()
