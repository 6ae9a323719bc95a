"""What a long shift wears out: pictures kept for every inspection while the camera keeps dying,
and what many ordinary runs leave behind.

python -m tests.system.endurance cameras --parts 2000 --kills 20
python -m tests.system.endurance runs --count 50
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil

from cell.config import load
from cell.faces.cli.demo import demo_twin
from cell.launcher.campaign import person
from cell.launcher.campaign.stand import GiveUpError, Site, Stand
from cell.launcher.demo import demo_overrides
from cell.records.naming import INCOMING, PICTURES
from tests.system.interrupts import belongs

SPEED_M_S, PITCH_M, DEFECTIVE = 0.3, 0.22, 0.05
"""As many parts a minute as the arm can follow with few rejects."""
SHARED_MEMORY = Path("/dev/shm")
PATIENCE_S = 1200.0
STANDS = ("stopped", "faulted", "purge_required")


def cameras(folder: Path, parts: int, kills: int, seed: int, host: str, domain: int) -> bool:
    """Let so many parts through, kill the camera at random moments, count what is kept."""
    config = load(
        None,
        demo_overrides(host, folder) | {"data_dir": str(folder), "belt.speed_m_s": SPEED_M_S},
    )
    own = folder / "twin"
    twin = demo_twin(
        config, host, own, seed=seed, parts=0, pitch=PITCH_M, defective=DEFECTIVE,
        settings={"truth_file": str(own / "truth.json")},
    )  # fmt: skip
    stand = Stand(Site(folder, config, twin, domain, page=False), lambda _: None)
    moments = sorted(random.Random(seed).sample(range(5, parts - 5), kills))
    try:
        stand.open()
        problem = person.back(stand)
        for number, moment in enumerate([*moments, parts], start=1):
            produce(stand, moment)
            if number <= kills and not problem:
                stand.spare()
                stand.end("camera", signal.SIGKILL)
                stand.pause(random.Random(seed + number).uniform(0.0, 2.0))
                problem = person.back(stand)
                print(f"{number}/{kills}: camera killed after part {moment}; {problem or 'back'}")
        stand.order("stop")
        stand.pause(5.0)
    finally:
        stand.close()
    return problem == "" and counted(folder)


def produce(stand: Stand, parts: int) -> None:
    """Until so many parts have arrived; a person sees to it when the cell stops by itself."""
    deadline = time.monotonic() + PATIENCE_S
    while arrived(stand) < parts:
        if stand.wait(lambda: stand.state in STANDS, 2.0):
            print(f"the cell stood '{stand.state}' after part {arrived(stand)}", end="; ")
            print(person.back(stand) or "back")
        if time.monotonic() > deadline:
            raise GiveUpError(f"part {parts} did not arrive")


def arrived(stand: Stand) -> int:
    """Parts on record as arrived."""
    message = stand.running_session.link.state()
    return 0 if message is None else int(message.arrived)


def counted(folder: Path) -> bool:
    """Whether there are as many views as inspections, and the records verify."""
    with closing(sqlite3.connect(folder / "journal.db")) as journal:
        told = journal.execute("SELECT data FROM events WHERE type = 'inspected'").fetchall()
        kinds = dict(journal.execute("SELECT type, count(*) FROM events GROUP BY type"))
    inspected = sum(json.loads(row[0])["ok"] for row in told)
    waiting = len(list((folder / INCOMING).glob("*-view-*.jpg")))  # their part was gone already
    views = len(list((folder / PICTURES).rglob("*-view-*.jpg"))) - waiting
    check = subprocess.run(
        [sys.executable, "-m", "cell.faces.cli.main", "records", "verify", "--data", str(folder)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    counts = {"inspections": inspected, "views": views, "views of no part on the belt": waiting}
    print(json.dumps(counts | {"events": kinds}))
    print(f"cell records verify: exit {check.returncode}\n{check.stdout}{check.stderr}")
    return inspected == views and check.returncode == 0


def runs(count: int, host: str, domain: int) -> bool:
    """So many runs that end by themselves; what is left behind after the first and after the last.

    The first run of a user leaves what later ones share.
    """
    first: dict[str, Any] = {}
    for number in range(1, count + 1):
        folder = Path(tempfile.mkdtemp(prefix="endurance-"))
        began = time.monotonic()
        command = [sys.executable, "-m", "cell.faces.cli.main", "run", "--headless", "--parts", "2"]
        command += ["--data", str(folder), "--host", host, "--domain", str(domain)]
        ended = subprocess.run(command, capture_output=True, text=True, check=False)
        took = time.monotonic() - began
        alive = sum(belongs(p, folder) for p in psutil.process_iter(["cmdline"]))
        found = left(folder)
        shutil.rmtree(folder)
        print(f"{number}/{count}: exit {ended.returncode}, {took:.1f} s, {alive} alive, {found}")
        first = first or found
    return found == first


def left(folder: Path) -> dict[str, Any]:
    """What a run may leave where others see it; its handles go with its processes."""
    used = shutil.disk_usage(SHARED_MEMORY).used
    return {
        "shared memory [MiB]": round(used / 2**20, 1),
        "its files": sum(1 for _ in SHARED_MEMORY.rglob("*")),
        "folders in the temporary one": sum(p.is_dir() for p in folder.parent.iterdir()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("cameras", "runs"))
    parser.add_argument("--parts", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--host", default="127.0.9.35")
    parser.add_argument("--domain", type=int, default=35)
    parser.add_argument("--data", type=Path, default=None)
    given = parser.parse_args()
    if given.what == "runs":
        held = runs(given.count, given.host, given.domain)
    else:
        folder = given.data or Path(tempfile.mkdtemp(prefix="endurance-"))
        held = cameras(folder, given.parts, given.kills, given.seed, given.host, given.domain)
    print("held" if held else "did not hold")
    sys.exit(not held)


if __name__ == "__main__":
    main()
