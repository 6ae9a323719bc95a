"""Training jobs: a model from a frozen label set, beside the line."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import Field

from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Line, Reason, Told, Words, moment, moment_or_none
from cell.faces.api.keys import KEYED
from cell.faces.api.language import Reader
from cell.faces.studio.foreman import Foreman
from cell.people.person import SignedIn
from cell.texts import Lang
from cell.training.standing import job_now, jobs_now
from cell.training.starting import start_runner
from cell.training.values import Job, Point, State, Wish

router = APIRouter(prefix="/training/jobs", tags=["training"])

Number = Annotated[int, Path(ge=1, lt=2**63, description="The job's number.")]


class NewJob(Asked):
    """A model that shall be trained. names: what classes of the labels are called in the recipe."""

    label_set: Reason
    recipe: Reason
    names: dict[Reason, Reason] = Field(default_factory=dict, max_length=100)
    steps: int | None = Field(
        None, ge=1, le=1_000_000, description="Without it as the configuration says."
    )
    seed: int = Field(1, ge=0, lt=2**31)
    licence: Line = ""


class PointTold(Told):
    """One point of the curve. value: mAP50 on the pictures that choose the model."""

    epoch: int
    loss: float
    value: float | None


class JobTold(Told):
    """A job. done: share 0..1; run_s: at work, without pauses; left_s: at work that is left, null
    while nobody knows; why: of a pause or a failure; package: below the data folder.
    """

    id: int
    label_set: str
    fingerprint: str
    recipe: str
    by: str
    at: datetime
    state: State
    ending: bool
    done: float
    epoch: int
    epochs: int
    loss: float | None
    run_s: float
    left_s: float | None
    ended: datetime | None
    why: Words
    package: str
    figures: dict[str, Any]


class WholeJob(JobTold):
    """A job with its curve."""

    curve: list[PointTold]


@router.get("")
def list_jobs(desk: AtDesk, lang: Reader) -> list[JobTold]:
    """The latest jobs, newest first."""
    return [JobTold(**_told(job, lang)) for job in jobs_now(desk.jobs)]


@router.post("", status_code=201, dependencies=KEYED)
def start_job(desk: AtDesk, by: By, lang: Reader, new: NewJob) -> JobTold:
    """Train a model from a label set; it is refused at once where the set teaches nothing."""
    steps = new.steps or desk.config.training.steps
    wish = Wish(new.label_set, new.recipe, dict(new.names), steps, new.seed, licence=new.licence)
    job = _foreman(desk, by).train(wish, desk.clock())
    start_runner(desk.config.data_dir, desk.config)
    return JobTold(**_told(job, lang))


@router.get("/{job}")
def get_job(desk: AtDesk, lang: Reader, job: Number) -> WholeJob:
    """One job, with its curve."""
    curve = [_point(one) for one in desk.jobs.curve(job)]
    return WholeJob(**_told(job_now(desk.jobs, job), lang), curve=curve)


@router.post("/{job}/cancel", dependencies=KEYED)
def cancel_job(desk: AtDesk, by: By, lang: Reader, job: Number) -> JobTold:
    """End a job within seconds; its last checkpoint stays."""
    return JobTold(**_told(_foreman(desk, by).cancel(job, desk.clock()), lang))


@router.post("/{job}/resume", dependencies=KEYED)
def resume_job(desk: AtDesk, by: By, lang: Reader, job: Number) -> JobTold:
    """Go on, from its last checkpoint, with a job that failed, was cancelled, or was left."""
    told = _foreman(desk, by).resume(job)
    start_runner(desk.config.data_dir, desk.config)
    return JobTold(**_told(told, lang))


def _foreman(desk: Desk, by: SignedIn) -> Foreman:
    return Foreman(desk.jobs, desk.labels, desk.config, desk.audit, by)


def _told(job: Job, lang: Lang) -> dict[str, Any]:
    progress = job.progress
    return {
        "id": job.id,
        "label_set": job.wish.label_set,
        "fingerprint": job.fingerprint,
        "recipe": job.wish.recipe,
        "by": job.by,
        "at": moment(job.at_ns),
        "state": job.state,
        "ending": job.cancelling,
        "done": progress.done,
        "epoch": progress.epoch,
        "epochs": progress.epochs,
        "loss": progress.loss,
        "run_s": job.run_s,
        "left_s": job.left_s,
        "ended": moment_or_none(job.ended_ns),
        "why": Words.of(job.why, lang),
        "package": job.package,
        "figures": dict(job.figures),
    }


def _point(one: Point) -> PointTold:
    return PointTold(epoch=one.epoch, loss=one.loss, value=one.value)
