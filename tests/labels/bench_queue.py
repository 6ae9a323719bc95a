"""How fast the queue is with 10,000 items, and whether four people at once lose or double a label.

python -m tests.labels.bench_queue [--items N] [--seconds S] [--people P]
"""

from __future__ import annotations

import argparse
import hashlib
import multiprocessing
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from cell.config.labels import LabelsConfig
from cell.labels import queue
from cell.labels.book import LabelBook
from cell.labels.errors import LeaseError, StaleLabelError
from cell.labels.keeping import Kept
from cell.labels.reasons import Why
from cell.labels.values import About, NewPicture, Reason, State
from tests.labels.desk import GOOD, scratch

SETTINGS = LabelsConfig(review_share=0.2)


def made(folder: Path, count: int) -> LabelBook:
    """A book with so many items; their pictures are names alone."""
    book = LabelBook.open(folder, SETTINGS)
    rng = random.Random(0)
    whys = [why for why in Why if why not in (Why.CONFLICT, Why.REVIEW)]
    with book._store.writing() as db:
        for number in range(count):
            part = f"s1-{number:05d}"
            about = About(part=part, recipe="pcb@1")
            new = NewPicture(folder / part, f"{part}-view.jpg", part, about)
            kept = Kept(hashlib.sha256(part.encode()).hexdigest(), ".jpg", 640, 640)
            item = queue.add_picture(db, new, kept, None, 0)
            for why in rng.sample(whys, rng.choice((1, 1, 1, 2))):
                queue.add_reason(db, item, Reason(why, rng.random(), f"because of {why}"))
    return book


def timed(what: str, action: Callable[[], object], times: int = 20) -> None:
    """Print the median and the worst of so many times [ms]."""
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        spent.append(1e3 * (time.perf_counter() - start))
    print(f"{what:42} median {statistics.median(spent):8.2f} ms, worst {max(spent):8.2f} ms")


def work(folder: Path, person: str, seconds: float) -> None:
    """Label, review and decide as fast as it goes, now and then late or at the wrong item."""
    book = LabelBook.open(folder, SETTINGS)
    rng = random.Random(person)
    end = time.monotonic() + seconds
    wrote = folder / f"{person}.txt"
    with wrote.open("w") as told:
        number = 0
        while time.monotonic() < end:
            try:
                if rng.random() < 0.1:
                    task = book.open_item(rng.randint(1, 300), person, time.time_ns())
                else:
                    found = book.take(person, time.time_ns())
                    if found is None:
                        continue
                    task = found
            except LeaseError:
                continue
            if rng.random() < 0.05:
                book.release(task.item.id, person)
            time.sleep(rng.uniform(0.02, 0.1))  # a person who hardly looks
            number += 1
            key = f"{person}-{number}"
            said = GOOD if rng.random() < 0.6 else scratch(float(rng.randint(0, 30)))
            start = time.perf_counter()
            for _ in range(rng.choice((1, 1, 2))):  # a request that is repeated
                try:
                    book.save(
                        task.item.id,
                        person,
                        said,
                        base=task.item.version,
                        purpose=task.purpose,
                        now_ns=time.time_ns(),
                        key=key,
                    )
                except StaleLabelError:
                    pass
                except LeaseError:
                    key = ""  # refused: nothing was saved
                    break
            if key:
                print(task.item.id, key, time.perf_counter() - start, file=told)
    book.close()


def people_at_once(folder: Path, people: int, seconds: float) -> bool:
    """Whether each label that was acknowledged is there once, and the versions are whole."""
    spawn = multiprocessing.get_context("spawn")
    names = [f"person{number}" for number in range(people)]
    running = [spawn.Process(target=work, args=(folder, name, seconds)) for name in names]
    for process in running:
        process.start()
    for process in running:
        process.join()
    said = [line.split() for name in names for line in (folder / f"{name}.txt").open()]
    book = LabelBook.open(folder, SETTINGS)
    with book._store.reading() as db:
        rows = db.execute("SELECT item, key, number, based_on FROM label ORDER BY item, number")
        kept = [(str(row[0]), row[1], row[2], row[3]) for row in rows]
    whole = all(
        number == 1 or (item, number - 1) == before[:2]
        for (item, _, number, _), before in zip(
            kept[1:], [(one[0], one[2]) for one in kept], strict=False
        )
    )
    counted = Counter((item, key) for item, key, _, _ in kept)
    lost = {(item, key) for item, key, _ in said} - counted.keys()
    waits = sorted(1e3 * float(spent) for _, _, spent in said)
    doubled = [one for one, count in counted.items() if count > 1]
    states = {str(state): count for state, count in book.statistics(0).by_state.items()}
    print(
        f"{people} people, {seconds:g} s: {len(said)} labels told saved, {len(kept)} kept, "
        f"{len(lost)} lost, {len(doubled)} doubled, versions whole: {whole}; saved in "
        f"{statistics.median(waits):.0f} ms (median), {waits[-1]:.0f} ms (worst); {states}"
    )
    book.close()
    return all(not process.exitcode for process in running) and whole and not lost and not doubled


def main() -> int:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--people", type=int, default=4)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        book = made(folder, args.items)
        print(f"{args.items} items")
        timed("first page of 50", lambda: book.queue(0))
        pages = []
        after = ""
        while True:
            start = time.perf_counter()
            page = book.queue(0, after=after)
            pages.append(1e3 * (time.perf_counter() - start))
            after = page.after
            if not after:
                break
        print(f"{'each of ' + str(len(pages)) + ' pages':42} worst {max(pages):8.2f} ms")
        timed("first page of audits alone", lambda: book.queue(0, why=Why.AUDIT))
        timed("first page of conflicts (none)", lambda: book.queue(0, why=Why.CONFLICT))
        timed("statistics", lambda: book.statistics(0))

        def turn() -> None:
            task = book.take("ann", time.time_ns())
            assert task is not None
            book.save(
                task.item.id,
                "ann",
                GOOD,
                base=0,
                purpose=task.purpose,
                now_ns=time.time_ns(),
            )

        timed("take an item and save its label", turn, 200)
        book.close()
        fine = people_at_once(folder, args.people, args.seconds)
        book = LabelBook.open(folder, SETTINGS)
        timed("freeze a set", lambda: book.freeze(f"s{time.time_ns()}", "ann", 0), 3)
        timed("agreement", book.agreement, 3)
        print(f"waiting for somebody: {len(book.queue(0, state=State.CONFLICT).items)} conflicts")
        book.close()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
