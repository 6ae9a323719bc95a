"""A whole campaign: processes that read, their counts, and the files of what they find."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from tests.fuzz.cases import Case
from tests.fuzz.pictures import picture_targets
from tests.fuzz.running import MOST_SECONDS, Tally, attempt, limit_address_space, quiet, run
from tests.fuzz.targets import Target, make_targets

FOUND = Path("runs/fuzz")
_KEPT = 3
"""Files of one kind of finding."""


def main(words: Sequence[str] | None = None) -> int:
    """Damaged and odd inputs for every reader, counted: prints one line of JSON. Exit code 0 only
    when all were read or refused in words, no part passed whose picture was damaged where its
    defect lies, and memory and time stayed within bounds.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=main.__doc__)
    parser.add_argument("--inputs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="readers whose names begin so, by commas")
    parser.add_argument("--found", type=Path, default=FOUND, help="folder for what is found")
    parser.add_argument("--replay", type=Path, help="a file of that folder: try it once more")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        if given.replay is not None:
            return _replay(given.replay, Path(folder))
        return _campaign(given, Path(folder))


def _targets(folder: Path, only: str) -> list[Target]:
    wanted = tuple(only.split(","))
    pictures = [name.startswith("picture") for name in wanted]
    made = [] if all(pictures) else make_targets(folder)
    if not only or any(pictures):  # they need the inspector
        made += picture_targets(folder)
    chosen = [target for target in made if target.name.startswith(wanted)]
    if not chosen:
        names = ", ".join(target.name for target in made)
        raise SystemExit(f"--only {only}: no such reader; there is {names}, picture-*")
    return chosen


def _replay(file: Path, folder: Path) -> int:
    case = Case.from_json(file.read_text())
    (target,) = [t for t in _targets(folder, case.target) if t.name == case.target]
    found = attempt(case, target, Tally())
    print(f"{case.target} {case.file}: {found or 'nothing found'}")
    return 1 if found else 0


def _campaign(given: argparse.Namespace, folder: Path) -> int:
    """Each process goes on where the last one was ended by its input."""
    began, whole, crashes = time.monotonic(), Tally(), 0
    inputs, number = given.inputs, given.seed * 1000
    while whole.inputs < inputs:
        mine, theirs = multiprocessing.Pipe(duplex=False)
        place = folder / str(number)
        work = (theirs, place, given.only, inputs - whole.inputs, number, given.found)
        process = multiprocessing.get_context("spawn").Process(target=_work, args=work)
        process.start()
        theirs.close()
        last, finished = _listen(mine, whole.inputs, inputs, began, process)
        _add(whole, last)
        if not finished:
            crashes += 1
            whole.inputs += last.inputs == 0  # counts are told only twice a second
            if not (place / "current.json").is_file():
                raise SystemExit(f"the reading process ended ({process.exitcode}) at its start")
            print(f"\n{_crashed(place, given.found, process.exitcode)}", file=sys.stderr)
        number += 100
    print(file=sys.stderr)
    content = {
        "inputs": whole.inputs, "tracebacks": whole.tracebacks,
        "passes_of_damaged": whole.passes_of_damaged, "hangs": whole.hangs, "crashes": crashes,
        "memory_exceeded": whole.memory_exceeded, "peak_mib_of_an_input": whole.peak_mib,
        "growth_mib": whole.growth_mib, "refused": whole.refused, "seed": given.seed,
        "seconds": round(time.monotonic() - began), "found": dict(whole.kinds.most_common()),
        "readers": dict(sorted(whole.by_target.items())),
    }  # fmt: skip
    print(json.dumps(content, ensure_ascii=False))
    return 0 if whole.clean and not crashes else 1


def _work(said: Connection, place: Path, only: str, inputs: int, number: int, kept: Path) -> None:
    """The process that reads."""
    place.mkdir(parents=True)
    targets = _targets(place, only)
    quiet()
    limit_address_space()
    told = 0.0
    current = place / "current.json"

    def tell(tally: Tally) -> None:
        nonlocal told
        if time.monotonic() - told > 0.5:
            told = time.monotonic()
            said.send((False, tally))

    def keep(found: str, case: Case) -> None:
        _keep(kept, found, case)

    def before(case: Case) -> None:
        current.write_text(case.to_json())

    said.send((True, run(targets, inputs, number, tell, keep, before)))


def _listen(
    mine: Connection, done: int, inputs: int, began: float, process: multiprocessing.Process
) -> tuple[Tally, bool]:
    """Counts of one process, and whether it came to its end."""
    last = Tally()
    while True:
        try:
            if not mine.poll(4 * MOST_SECONDS + 60):
                process.kill()
                break
            finished, last = mine.recv()
        except EOFError:
            break
        _show(done + last.inputs, inputs, time.monotonic() - began, last)
        if finished:
            process.join()
            return last, True
    process.join()
    return last, False


def _show(done: int, inputs: int, seconds: float, last: Tally) -> None:
    left = seconds / max(done, 1) * (inputs - done)
    found = last.tracebacks + last.passes_of_damaged + last.hangs + last.memory_exceeded
    text = f"\r{done} of {inputs} inputs, {found} found, {left // 60:.0f}:{left % 60:02.0f} left   "
    print(text, end="", file=sys.stderr, flush=True)


def _add(whole: Tally, part: Tally) -> None:
    for name in (
        "inputs", "tracebacks", "passes_of_damaged", "hangs", "memory_exceeded", "refused",
    ):  # fmt: skip
        setattr(whole, name, getattr(whole, name) + getattr(part, name))
    whole.peak_mib = max(whole.peak_mib, part.peak_mib)
    whole.growth_mib = max(whole.growth_mib, part.growth_mib)
    whole.by_target += part.by_target
    whole.kinds += part.kinds


def _keep(folder: Path, found: str, case: Case) -> None:
    """Write a case down, a few of each kind."""
    folder.mkdir(parents=True, exist_ok=True)
    words = "".join(c if c.isalnum() else "-" for c in f"{case.target}-{found}")
    for i in range(_KEPT):
        file = folder / f"{words[:150]}-{i}.json"
        if file.exists() and file.read_text() == case.to_json():
            return
        if not file.exists():
            file.write_text(case.to_json())
            return


def _crashed(place: Path, kept: Path, code: int | None) -> str:
    case = Case.from_json((place / "current.json").read_text())
    _keep(kept, f"crash-{code}", case)
    return f"the reading process ended ({code}) at {case.target} {case.file}"
