"""`cell jobs cancel`: a training job ends."""

from __future__ import annotations

import time

from cell.faces.cli.training import DATA, Data, Number, foreman, say_line
from cell.training.values import State


def cancel(job: Number, data: Data = DATA) -> None:
    """End a job within seconds. Its last checkpoint stays, `cell jobs resume` goes on from it."""
    with foreman(data) as ordered:
        told = ordered.cancel(job, time.time_ns())
    say_line(f"job {job} is cancelled" if told.state is State.CANCELLED else f"job {job} is ending")
