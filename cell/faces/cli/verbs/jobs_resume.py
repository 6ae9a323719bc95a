"""`cell jobs resume`: a training job goes on."""

from __future__ import annotations

from cell.faces.cli.training import DATA, Data, Follow, Number, resume_job


def resume(job: Number, data: Data = DATA, follow: Follow = True) -> None:
    """Go on, from its last checkpoint, with a job that failed, was cancelled, or was left."""
    resume_job(job, data, follow)
