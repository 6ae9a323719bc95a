"""A disk that gets full while the cell produces, and empty again."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from cell.launcher.campaign import account, person
from cell.launcher.campaign.cuts import lost, rows
from cell.launcher.campaign.judging import Judge
from cell.launcher.campaign.outcome import Outcome
from cell.launcher.campaign.stand import Stand

NAME = "disk/full while it produces"
SIZE_MIB = 192
"""Room for the cell, the reserve that it keeps, and as much again."""
ALARM_S = 20.0
BLOCK = 1 << 20


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[str]:
    """A small file system at `folder`; yields why there is none, or ''."""
    folder.mkdir(parents=True, exist_ok=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(folder)]
    try:
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        problem = "" if made.returncode == 0 else made.stderr.strip() or "mount failed"
    except OSError as error:
        problem = str(error)
    try:
        yield f"no small file system can be mounted here ({problem})" if problem else ""
    finally:
        if not problem:
            subprocess.run(["umount", "-l", str(folder)], check=False)


def carry_out(stand: Stand, judge: Judge) -> Outcome:
    """Fill the disk of a running cell, make room again, and bring it back to production."""
    outcome, began_s = Outcome(NAME), time.time()
    before, held = stand.last(), rows(stand.journal)
    filler = Path(stand.site.config.data_dir) / "filler"
    _fill(filler)
    alarmed = stand.wait(lambda: bool(account.alarms(stand.events(), after=before)), ALARM_S)
    stand.pause(1.0)
    told = stand.running_session.link.state()
    outcome.seen.append(f"then '{stand.state or 'silent'}'")
    outcome.law += lost(held, rows(stand.journal), told)
    shown = {alarm.id for alarm in told.alarms} if told is not None else set[str]()
    filler.unlink()
    raised = account.alarms(stand.events(), after=before)
    outcome.seen.append(f"alarms: {', '.join(raised) or 'none'}, shown: {sorted(shown)}")
    if not alarmed and not shown:
        outcome.no_alarm = "nobody was told that nothing can be written"
    outcome.not_recovered = person.back(stand)
    if not outcome.not_recovered:
        outcome.not_recovered = person.produces(stand, stand.last("state_changed"))
    judge.judge(began_s, outcome, ordered=True)
    return outcome


def _fill(path: Path) -> None:
    """Write until nothing more fits."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        size = BLOCK
        while size:
            try:
                file.write(bytes(size))
            except OSError:
                size //= 2
