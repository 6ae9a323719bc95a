"""Training jobs: how far each is, its curve, and what has become of it."""

from __future__ import annotations

from nicegui import ui

from cell.faces.studio.about import at
from cell.faces.studio.curve import curve_svg
from cell.faces.studio.frame import button, empty, frame, heading
from cell.faces.studio.taking_in import take_in
from cell.faces.studio.training_words import duration, measured
from cell.faces.studio.visit import Visit, now_ns, once
from cell.people.roles import Permission
from cell.promotion.model import Model
from cell.texts import render
from cell.training.standing import jobs_now
from cell.training.starting import start_runner
from cell.training.values import ALIVE, Job, Point, State

LOOK_S = 1.0
SHOWN = 50

Seen = tuple[Job, tuple[Point, ...]]


class JobCard:
    """One job; what changes is set anew, so that the focus stays where it is."""

    def __init__(self, visit: Visit, job: Job) -> None:
        self._visit, self._id = visit, job.id
        self._drawn: int | None = None
        tr, wish = visit.tr, job.wish
        self.root = ui.element("section").classes("st-panel job").props(f"data-test=job-{job.id}")
        with self.root:
            with ui.element("div").classes("st-row"):
                with ui.element("h2").classes("st-grow"):
                    ui.label(tr("studio.training.job", job=job.id, recipe=wish.recipe))
                self._state = ui.label().props(f"data-test=state-{job.id}")
            ui.label(tr("studio.training.of", set=wish.label_set, by=job.by, at=at(job.at_ns)))
            self._bar = ui.element("div").classes("up-bar").props("role=progressbar")
            self._bar.props["aria-label"] = tr("studio.training.progress", job=job.id)
            with self._bar:
                self._done = ui.element("div")
            self._words = ui.label().props(f"data-test=words-{job.id}")
            self._why = ui.label().classes("job-why").props(f"data-test=why-{job.id}")
            self._curve = ui.html("", sanitize=False).classes("job-curve")
            self._measured = ui.label().props(f"data-test=measured-{job.id}")
            self._package = ui.label().classes("st-print")
            with ui.element("div").classes("st-row"):
                self._cancel = button(tr("studio.training.cancel"), f"cancel-{job.id}")
                self._resume = button(tr("studio.training.resume"), f"resume-{job.id}", "st-main")
                self._take = button(tr("studio.training.take_in"), f"take-in-{job.id}", "st-main")
                self._models = ui.link(
                    tr("studio.training.to_models"), visit.link("/studio/models")
                )
                self._models.classes("st-button").props(f"data-test=models-of-{job.id}")
            for one in (self._cancel, self._resume, self._take):
                one.props["aria-label"] = f"{one.text}: {job.id}"
        self._cancel.on_click(once(self._on_cancel))
        self._resume.on_click(once(self._on_resume))
        self._take.on_click(once(self._on_take))

    def show(self, job: Job, curve: tuple[Point, ...]) -> None:
        """As it is now."""
        visit, tr, done = self._visit, self._visit.tr, round(100 * job.progress.done)
        ending = job.cancelling and job.state in ALIVE
        word = "studio.training.ending" if ending else f"training.state.{job.state}"
        self._state.set_text(tr(word))
        self._state.classes(replace=f"chip-state job-{job.state}")
        self._bar.props(f"aria-valuenow={done} aria-valuemin=0 aria-valuemax=100")
        self._done.style(f"width: {done}%")
        self._words.set_text(self._told(job, done))
        _fill(self._why, render(job.why, visit.lang))
        self._draw(job, curve)
        _fill(self._measured, measured(job, visit.lang) if job.state is State.DONE else "")
        _fill(self._package, job.package)
        may = visit.by.may(Permission.TRAIN)
        begun = job.state in (*ALIVE, State.QUEUED)
        self._cancel.set_visibility(may and begun and not job.cancelling)
        ended = job.state in (State.FAILED, State.CANCELLED)
        self._resume.set_visibility(may and (ended or job.abandoned))
        made = job.state is State.DONE and bool(job.package)
        self._take.set_visibility(made and visit.by.may(Permission.PROMOTE))
        self._models.set_visibility(made and visit.by.may(Permission.ROLL_BACK))

    def _told(self, job: Job, done: int) -> str:
        tr, at_work = self._visit.tr, duration(job.run_s, self._visit.lang)
        told = tr("studio.training.done", done=done, epoch=job.progress.epoch,
                  epochs=job.progress.epochs, time=at_work)  # fmt: skip
        if job.left_s is None:
            return told
        left = tr("studio.training.left", time=duration(job.left_s, self._visit.lang))
        return f"{told} · {left}"

    def _draw(self, job: Job, curve: tuple[Point, ...]) -> None:
        if len(curve) == self._drawn:
            return
        self._drawn = len(curve)
        self._curve.set_visibility(bool(curve))
        if curve:
            tr = self._visit.tr
            value = next((p.value for p in reversed(curve) if p.value is not None), None)
            best = "–" if value is None else f"{value:.2f}"
            told = tr("studio.training.curve", loss=f"{curve[-1].loss:.2f}", value=best)
            axes = tr("studio.training.loss"), tr("studio.training.value")
            self._curve.set_content(
                curve_svg(curve, job.progress.epochs, told, (*axes, tr("studio.training.epoch")))
            )

    async def _on_cancel(self) -> None:
        await self._visit.attempt(self._visit.foreman.cancel, self._id, now_ns())

    async def _on_resume(self) -> None:
        visit = self._visit

        def act() -> None:
            visit.foreman.resume(self._id)
            start_runner(visit.tools.config.data_dir, visit.tools.config)

        await visit.attempt(act)

    async def _on_take(self) -> None:
        visit, tools = self._visit, self._visit.tools

        def act() -> Model:
            job = tools.jobs.job(self._id)
            return take_in(tools.registry, tools.config, job, visit.by, now_ns())

        result = await visit.attempt(act)
        if result.value is not None:
            visit.tell(visit.tr("studio.training.taken_in", model=result.value.identity), good=True)


def _fill(label: ui.label, words: str) -> None:
    """Shown where there is something to say."""
    label.set_text(words)
    label.set_visibility(bool(words))


class TrainingPage:
    """All jobs, newest first; looked at once a second."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._cards: dict[int, JobCard] = {}
        self._told = ""
        with frame(visit, "training"):
            heading(visit.tr("studio.training.title"), visit.tr("studio.training.hint"))
            self._list = ui.element("div").classes("jobs").props("data-test=jobs")
            self._empty = ui.element("div")
            with self._empty:
                empty(visit.tr("studio.training.none"), visit.tr("studio.training.none_remedy"))

    async def look(self) -> None:
        """Fetch and show."""
        result = await self._visit.quietly(self._fetch)
        if result.error is not None:
            words = render(str(result.error), self._visit.lang)
            if words != self._told:  # said once, however often it is looked at
                self._visit.tell(words)
            self._told = words
            return
        seen = result.value or []
        self._empty.set_visibility(not seen)
        for job, curve in reversed(seen):
            self._card(job).show(job, curve)

    def _card(self, job: Job) -> JobCard:
        """Its card; a new one stands above the others, for readers and for keys alike."""
        if job.id not in self._cards:
            with self._list:
                card = self._cards[job.id] = JobCard(self._visit, job)
            card.root.move(target_index=0)
        return self._cards[job.id]

    def _fetch(self) -> list[Seen]:
        jobs = self._visit.tools.jobs
        return [(job, jobs.curve(job.id)) for job in jobs_now(jobs, SHOWN)]


async def training_page(visit: Visit) -> None:
    """Build the page."""
    page = TrainingPage(visit)
    await page.look()
    ui.timer(LOOK_S, page.look)
