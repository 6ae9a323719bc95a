"""Workers by themselves: what their signs say, and what becomes of those that do not end."""

from __future__ import annotations

import threading
import time

import pytest

from cell.nodes.workers import StuckError, Worker, dead, stalled
from cell.texts import render
from tests.twin.twin_process import wait_for


def until_told(worker: Worker) -> None:
    while worker.goes_on():
        time.sleep(0.01)


def broken(_: Worker) -> None:
    raise OSError("no space left on device.")


def test_a_worker_that_ends_when_told_is_neither_dead_nor_stalled() -> None:
    worker = Worker("turn", until_told, patience_s=5.0)
    assert (dead([worker]), stalled([worker], time.monotonic())) == ("", "")
    worker.end()
    worker.end()
    assert worker.done
    assert dead([worker]) == ""


@pytest.mark.parametrize("once", [True, False])
def test_an_error_is_told_in_one_line(once: bool) -> None:
    worker = Worker("write", broken, once=once)
    wait_for(lambda: worker.gone)
    assert render(dead([worker])) == "its thread 'write' ended: OSError: no space left on device"
    assert not worker.done


def test_work_without_an_end_may_not_end_by_itself_and_other_work_may() -> None:
    early, job = Worker("turn", lambda _: None), Worker("job", lambda _: None, once=True)
    wait_for(lambda: job.done and early.gone)
    assert dead([job]) == ""
    assert render(dead([job, early])) == "its thread 'turn' ended: before its work was done"


def test_silence_counts_from_the_last_turn_and_not_while_the_whole_process_stood_still() -> None:
    leave = threading.Event()
    worker = Worker("infer", lambda _: leave.wait() and None, patience_s=3.0, once=True)
    now = worker.moved_s + 4.0
    assert render(stalled([worker], now)).startswith("its thread 'infer' has not got on for 4 s")
    assert stalled([worker], now, awake_s=now - 1.0) == ""
    assert stalled([worker], worker.moved_s + 2.0) == ""
    with pytest.raises(StuckError, match=r"'infer' did not end within 0 s"):
        worker.end(within_s=0.1)
    leave.set()
    worker.end()
