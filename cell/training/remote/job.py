"""A job's process on this computer while it is trained on another one:
``python -m cell.training.remote.job DATA JOB --parent PID [--config FILE]``.

It sends the order, takes into the book what the other machine tells, and fetches the package. A
connection that breaks ends nothing there: the job is found again, by this process or the next.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from cell.config import CellConfig, load
from cell.texts import render, say
from cell.training.book import JobBook
from cell.training.bounds import die_with
from cell.training.errors import JobStoreError, TrainingError
from cell.training.packing import Place
from cell.training.preparing import Prepared
from cell.training.remote.away import name_of
from cell.training.remote.fetching import fetch, keep_place, kept_place
from cell.training.remote.host import require_ready, require_room
from cell.training.remote.lines import hear
from cell.training.remote.order import Order, size_of, write_order
from cell.training.remote.ssh import Ssh, UnreachedError
from cell.training.telling import CHECKPOINTS_MIB
from cell.training.values import Job, State
from cell.training.work import prepared_for
from models.ground.ending import end_with

TRIES: Final = 3
"""How often a job is begun there that gets killed."""
AGAIN_S: Final = 3.0
STOP_S: Final = 10.0
THERE: Final = "there"
"""In the job's folder while it is at work on the other machine."""
_MIB = 1 << 20


class Away:
    """One job on the other machine."""

    def __init__(self, book: JobBook, job: Job, config: CellConfig) -> None:
        self._book, self._job, self._config = book, job, config
        self._ssh, self._name = Ssh(config.training.remote), name_of(job)
        self._folder = book.folder(job.id)
        self._offset = 0
        self._lost_s = 0.0

    def work(self) -> None:
        """To the end. Raises TrainingError for what people can mend."""
        prepared = prepared_for(self._job, self._config)
        place = self._there(prepared)
        self._end_cancelled()
        for _ in range(TRIES):
            (self._folder / THERE).touch()
            self._patiently(lambda: self._ssh.ask("go", self._name))
            failed = self._patiently(self._follow)
            (self._folder / THERE).unlink()
            if failed:
                raise TrainingError(say("training.remote.failed", host=self._ssh.host, why=failed))
            if self._patiently(lambda: self._ssh.ask("hello", self._name))["job"] == "done":
                break
        else:
            raise TrainingError(say("training.remote.killed", host=self._ssh.host, tries=TRIES))
        self._patiently(
            lambda: fetch(self._ssh, self._name, self._book, self._job, prepared, place)
        )
        with suppress(TrainingError):  # what is left there is deleted by its age
            self._ssh.ask("drop", self._name)

    def stop(self) -> None:
        """It shall end there, too."""
        with suppress(TrainingError):  # told with the next job that goes there
            self._ssh.ask("stop", self._name, limit_s=STOP_S)
            (self._folder / THERE).unlink(missing_ok=True)

    def _end_cancelled(self) -> None:
        """Jobs that were cancelled while the machine was out of reach, or no runner was there."""
        for job in self._book.jobs():
            mark = self._book.folder(job.id) / THERE
            if job.state is State.CANCELLED and mark.exists():
                self._ssh.ask("stop", name_of(job))
                mark.unlink()

    def _there(self, prepared: Prepared) -> Place:
        """The order is there, or sent now; what its package is called."""
        said = require_ready(self._ssh, self._name)
        remote = self._config.training.remote
        kept = kept_place(self._folder)
        if said["job"] != "absent" and kept is not None:
            return kept
        place = Place.of(self._config, self._job.wish.recipe)
        order = Order(self._job, prepared, place, remote.device, remote.cores, remote.min_free_mib)
        size_mib = size_of(prepared) // _MIB
        require_room(self._ssh, said, size_mib + CHECKPOINTS_MIB + remote.min_free_mib)
        self._ssh.ask("drop", self._name)
        keep_place(self._folder, place)
        self._ssh.ask("take", self._name, send=lambda stream: write_order(order, stream))
        return place

    def _follow(self) -> str:
        """Until the job has ended there: its last word if it failed."""
        failed = ""
        for line in self._ssh.lines("follow", self._name, f"{self._offset}"):
            self._reached()
            told = _told(line)
            if "failed" in told:
                failed = str(told["failed"])
                continue
            self._offset += len(line) if line.strip() else 0
            with suppress(JobStoreError):  # a full disk here: told with the next line
                hear(told, self._book, self._job.id)
        return failed

    def _patiently(self, ask: Callable[[], Any]) -> Any:
        """What has begun there goes on while nobody reaches it."""
        patience_s = 60 * self._config.training.remote.patience_min
        while True:
            try:
                answer = ask()
            except UnreachedError as error:
                now = time.monotonic()
                if not self._lost_s:
                    self._lost_s = now
                    self._stand(say("training.remote.lost", host=self._ssh.host, why=error.why))
                print(render(str(error)), flush=True)
                if now - self._lost_s > patience_s:
                    told = {"host": self._ssh.host, "why": error.why}
                    raise TrainingError(say("training.remote.gone", **told)) from None
                time.sleep(AGAIN_S)
            else:
                self._reached()
                return answer

    def _reached(self) -> None:
        if self._lost_s:
            self._lost_s = 0.0
            self._stand("")

    def _stand(self, why: str) -> None:
        with suppress(JobStoreError):
            self._book.stand(self._job.id, State.RUNNING, why)


def main(arguments: list[str] | None = None) -> int:
    """Have the model of one job trained on the other machine of the configuration."""
    parser = argparse.ArgumentParser(prog="python -m cell.training.remote.job")
    parser.add_argument("data", type=Path, help="the cell's data folder")
    parser.add_argument("job", type=int, help="its number")
    parser.add_argument("--parent", type=int, required=True, help="the runner's process")
    parser.add_argument("--config", type=Path, help="cell configuration (YAML)")
    given = parser.parse_args(arguments)
    die_with(given.parent)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    os.nice(19)
    own = given.data / "config.yaml"
    config = load(given.config or (own if own.exists() else None))
    config = config.model_copy(update={"data_dir": given.data.absolute()})
    with closing(JobBook(config.data_dir)) as book:
        away = Away(book, book.job(given.job), config)
        try:
            away.work()
        except SystemExit:
            if book.job(given.job).cancelling:
                away.stop()
            raise
    return 0


def _told(line: bytes) -> dict[str, Any]:
    try:
        told = json.loads(line) if line.strip() else {}
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


if __name__ == "__main__":
    end_with(main)
