"""How long a check of the audit log takes, and whether it finds what was done to one.

`python -m tests.people.bench_audit [ENTRIES [TAMPERINGS]]`. The tamperings are done to logs of 300
entries, each to a fresh copy.
"""

from __future__ import annotations

import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from cell.people.audit import AuditLog
from cell.people.audit_verify import verify
from tests.people.audit_world import KIM, KINDS, filled, tamper

SMALL = 300


def main(entries: int, tamperings: int) -> int:
    """Print the figures; the number of tamperings that were not found."""
    with tempfile.TemporaryDirectory() as folder:
        _notes(Path(folder) / "notes")
        _speed(Path(folder) / "large", entries)
        return _tamperings(Path(folder), tamperings)


def _notes(folder: Path) -> None:
    log, count = AuditLog(folder, folder / "keys"), 200
    begun = time.perf_counter()
    for _ in range(count):
        log.note(KIM, "order.start", "cell", after={"state": "running"})
    taken = time.perf_counter() - begun
    log.close()
    print(f"an entry written: {taken / count * 1e3:.2f} ms (on disk, with its head)")


def _speed(folder: Path, entries: int) -> None:
    filled(folder, entries)
    wall, processor = time.perf_counter(), time.process_time()
    found = [*verify(folder, folder / "keys")]
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(
        f"{entries} entries verified: {wall:.2f} s, processor {processor:.2f} s, "
        f"{len(found)} findings"
    )
    dice = random.Random(1)
    for kind in KINDS:
        tampered = folder.with_name("tampered")
        shutil.copytree(folder, tampered)
        tamper(tampered, kind, dice, rehash=False)
        begun = time.perf_counter()
        told = Counter(str(one.kind) for one in verify(tampered, tampered / "keys"))
        print(f"  {kind}: {dict(told)} in {time.perf_counter() - begun:.2f} s")
        shutil.rmtree(tampered)


def _tamperings(folder: Path, count: int) -> int:
    original = filled(folder / "small", SMALL)
    assert not [*verify(original, original / "keys")]
    dice, done, found = random.Random(20), Counter[str](), Counter[str]()
    for number in range(count):
        kind, rehash = [*KINDS][number % len(KINDS)], bool(number // len(KINDS) % 2)
        copy = folder / "copy"
        shutil.copytree(original, copy)
        tamper(copy, kind, dice, rehash=rehash)
        name = f"{kind}{', plain hashes recomputed' if rehash else ''}"
        done[name] += 1
        found[name] += any(verify(copy, copy / "keys"))
        shutil.rmtree(copy)
    for name, tried in sorted(done.items()):
        print(f"{name}: {found[name]} of {tried} found")
    print(f"{found.total()} of {done.total()} tamperings found")
    return done.total() - found.total()


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(bool(main(*given, *[100_000, 1000][len(given) :])))
