"""A job's process that learns nothing: counts to the end, with a checkpoint at every number.

`python -m tests.training.small_work DATA JOB PARENT [HOW]`; it holds on while a file `hold` lies in
the job's folder. HOW: `refuse` ends with an error of people's, `grab` takes too much memory,
`fault` breaks.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import closing
from pathlib import Path

from cell.training.book import JobBook
from cell.training.bounds import Bounds, die_with, keep_to
from cell.training.values import Point, Progress
from models.ground.ending import end_with
from models.ground.errors import UserError
from models.ground.writing import write_whole

END = 20
MIB = 1 << 20


def main() -> int:
    data, number, parent, how = Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5]
    die_with(int(parent))
    keep_to(Bounds(1, 700))
    with closing(JobBook(data)) as book:
        folder = book.folder(number)
        write_whole(folder / "pid", f"{os.getpid()}")
        if how == "refuse":
            raise UserError("the disk is full: make room")
        if how == "grab":
            held = bytearray(2_000 * MIB)
            held[::4096] = b"x" * len(held[::4096])
        if how == "fault":
            raise ValueError("a fault of the program")
        count(book, number, folder)
        package = folder / "package" / "small"
        package.mkdir(parents=True)
        book.finish(number, package, {"version": "1.0.0"}, time.time_ns())
    return 0


def count(book: JobBook, number: int, folder: Path) -> None:
    kept = folder / "kept"
    begun = int(kept.read_text()) if kept.exists() else 0
    with (folder / "begun").open("a") as log:
        log.write(f"{begun}\n")
    for n in range(begun + 1, END + 1):
        while (folder / "hold").exists() and n > END // 2:
            time.sleep(0.01)
        write_whole(kept, f"{n}", durable=False)
        book.tell(number, Progress(n / END, n, END, n, END, 1.0 / n), [Point(n, 1.0 / n)])


if __name__ == "__main__":
    end_with(main)
