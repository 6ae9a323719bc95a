"""Jobs in every state, as a page may meet them."""

from __future__ import annotations

import math

from cell.texts import say
from cell.training.book import JobBook
from cell.training.values import Point, Progress, State, Wish

DAY_NS = 1_795_000_000_000_000_000
SHARE = {"pictures": 8, "parts": 8, "mAP50": 0.916, "mAP50_interval": [0.85, 1.0]}
FIGURES = {
    "version": "1.0.0",
    "report": {
        **SHARE,
        "escapes": {"count": 1, "of": 5, "interval": [0.0, 0.7]},
        "false_rejects": {"count": 0, "of": 3, "interval": [0.0, 0.7]},
    },
}
EPOCHS = 400


def jobs_in_every_state(book: JobBook) -> dict[State, int]:
    """One of each; its number by its state."""
    found: dict[State, int] = {}
    for k, state in enumerate(State):
        job = book.add(Wish(f"week-{k + 1}", "disc"), "ab" * 32, "mina", DAY_NS + k)
        found[state] = job.id
    for state, job in found.items():
        done = {State.QUEUED: 0.0, State.DONE: 1.0}.get(state, 0.25 + job / 20)
        _bring(book, job, state, done)
    return found


def _bring(book: JobBook, job: int, state: State, done: float) -> None:
    if state is State.QUEUED:
        return
    points = [_point(epoch) for epoch in range(1, round(EPOCHS * done) + 1)]
    at = len(points)
    book.tell(job, Progress(done, at, EPOCHS, at, EPOCHS, points[-1].loss), points)
    book.worked(job, 300.0 * done)
    if state is State.DONE:
        book.finish(job, book.folder(job) / "package" / "disc", FIGURES, DAY_NS + job)
    elif state is State.FAILED:
        book.end(job, state, DAY_NS + job, say("training.killed", tries=3))
    elif state is State.CANCELLED:
        book.end(job, state, DAY_NS + job)
    else:
        slower = say("training.why.slower", usual=112.0, now=187.0)
        book.stand(job, state, slower if state is State.PAUSED else "")


def _point(epoch: int) -> Point:
    loss = 4.5 + 7.0 * math.exp(-epoch / 60) + 0.4 * math.sin(epoch)
    value = round(1.0 - math.exp(-epoch / 90), 4) if epoch % 40 == 0 else None
    return Point(epoch, loss, value)
