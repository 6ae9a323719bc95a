"""A disk that is full while ultralytics trains: one line says so, and with room the job goes on.
(The cell's own trainer: `test_detector.py`.)
"""

from __future__ import annotations

import os
import threading
from contextlib import closing
from pathlib import Path

import psutil

from cell.config import load
from cell.texts import render
from cell.training.book import JobBook
from cell.training.lock import the_runner
from cell.training.remote.away import runner_of
from cell.training.values import State, Trainer, Wish
from tests.cell.small_disk import fill, prove
from tests.hmi.conftest import until
from tests.training.label_sets import SIDE, frozen, plates
from tests.training.stand_in import written


def full_disk(folder: Path) -> None:
    """Full before a job begins, and while it writes its pictures."""
    data, away = folder / "data", folder.with_name("away")
    with closing(frozen(data, plates(12, 18))) as labels:
        fingerprint = labels.label_set("week-1").fingerprint
    config = load(None, {"recorder.min_free_mib": 0, "data_dir": str(data)})
    python = written(away)
    (away / "config.yaml").write_text(config.model_dump_json())
    wish = Wish(
        "week-1", "plate", steps=6, side=SIDE, licence="mine", trainer=Trainer.ULTRALYTICS,
        weights="yolo26n.yaml", python=str(python),
    )  # fmt: skip
    with closing(JobBook(data)) as book, the_runner(data):

        def work_off() -> threading.Thread:
            runner = runner_of(book, config.training, away / "config.yaml")
            thread = threading.Thread(target=runner.work_off, daemon=True)
            thread.start()
            return thread

        job = book.add(wish, fingerprint, "kim", 1)
        filler = fill(folder)
        thread = work_off()
        thread.join(3)
        assert thread.is_alive(), "it waits for room"
        assert book.job(job.id).state is State.QUEUED
        filler.unlink()
        thread.join(100)
        assert book.job(job.id).state is State.DONE, render(book.job(job.id).why)

        job = book.add(wish, fingerprint, "kim", 1)
        filler = fill(folder, leave=160 << 10)
        thread, me = work_off(), psutil.Process()
        until(me.children, "it is at work")
        until(lambda: not me.children(), "it has ended")
        filler.unlink()
        thread.join(100)
        failed = book.job(job.id)
        assert failed.state is State.FAILED
        assert "is full: make room, then resume the job" in render(failed.why)
        assert "가득" in render(failed.why, "ko")
        book.resume(job.id)
        work_off().join(100)
        assert book.job(job.id).state is State.DONE, render(book.job(job.id).why)
        left = sorted(os.listdir(book.folder(job.id)))
        assert left == ["asked.json", "best.pt", "log.txt", "package"]


def test_a_disk_that_fills_up_under_ultralytics(tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    prove("tests.training.test_full_disk", "full_disk", folder, size="16m")
