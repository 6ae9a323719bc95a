"""Training by the user's ultralytics, of which a stand-in plays the part."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from typer.testing import CliRunner

from cell.config import CellConfig, load
from cell.faces.cli.app import app
from cell.faces.cli.errors import UsageError
from cell.faces.studio.foreman import require_trainer
from cell.labels.book import LabelBook
from cell.training import ultralytics
from cell.training.book import JobBook
from cell.training.preparing import prepare
from cell.training.rows import wish_of
from cell.training.values import Job, State, Trainer, Wish
from models.errors import ModelError
from models.ground.errors import UserError
from models.package import ModelPackage
from tests.training.label_sets import SIDE, config_of, frozen, plates
from tests.training.stand_in import EPOCHS, written
from vision.lab.data.open import open_data
from vision.lab.importing.beginning import beginning, mib_of
from vision.lab.importing.dataset import write_dataset
from vision.lab.importing.learning import Course, learn
from vision.lab.training.picture import Picture

SIZE = (96, 64)


def picture(*boxes: tuple[float, float, float, float], name: str = "a.png") -> Picture:
    image = np.full((SIZE[1], SIZE[0]), 128, np.uint8)
    labels = np.arange(len(boxes), dtype=np.int64) % 2
    return Picture(name, image, np.array(boxes, np.float32).reshape(-1, 4), labels)


def test_a_data_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    boxes = ((0.0, 0.0, 48.0, 16.0), (10.0, 20.0, 30.0, 60.0))
    train = [picture(*boxes), picture(name="a.png"), picture((5, 5, 5, 9))]
    file = write_dataset(tmp_path / "set", ("no", "1"), train, [picture(boxes[1])])
    data = open_data(file.parent)
    assert data.classes == ("no", "1")
    by_name = {sample.image.relative_to(file.parent).as_posix(): sample for sample in data.samples}
    assert sorted(by_name) == [
        *(f"images/train/00000{number}.png" for number in range(3)), "images/val/000000.png",
    ]  # fmt: skip
    first = by_name["images/train/000000.png"]
    assert first.boxes == pytest.approx(np.array(boxes), abs=1e-3)
    assert first.labels.tolist() == [0, 1]
    assert by_name["images/train/000001.png"].good
    assert by_name["images/train/000002.png"].good, "a box without a size"


@dataclass
class Heard:
    """A watch that writes down what it is told."""

    told: list[tuple[Any, ...]] = field(default_factory=list)

    def step(self, epoch: int, step: int, steps: int, done: float) -> None:
        self.told.append(("step", epoch, step, steps, round(done, 3)))

    def epoch(self, epoch: int, loss: float, spent_s: float, done: float) -> None:
        assert spent_s >= 0
        self.told.append(("epoch", epoch, loss, round(done, 3)))

    def validated(self, epoch: int, metrics: dict[str, float]) -> None:
        self.told.append(("validated", epoch, metrics["mAP50"]))


def course(folder: Path, start: str = "yolo26n.yaml") -> Course:
    return Course(folder / "data.yaml", start, (640, 256), EPOCHS, 8, 3, threads=2)


def test_a_run_is_followed(tmp_path: Path) -> None:
    heard, said = Heard(), list[str]()
    python = written(tmp_path / "env")
    assert learn(course(tmp_path), python, tmp_path, heard, said.append) == "8.4.190"
    assert heard.told[:4] == [
        ("step", 0, 0, 2, 0.0), ("step", 0, 1, 2, 0.167), ("epoch", 1, 3.0, 0.333),
        ("validated", 1, 0.0),
    ]  # fmt: skip
    assert heard.told[-1] == ("validated", 3, 0.4)
    assert said[0] == "Ultralytics 8.4 red"
    asked = json.loads((tmp_path / "asked.json").read_text())
    assert (asked["start"], asked["threads"], asked["parent"]) == ("yolo26n.yaml", 2, os.getpid())
    settings = asked["settings"]
    assert (settings["imgsz"], settings["batch"], settings["seed"]) == (640, 8, 3)
    assert settings["epochs"] == EPOCHS
    assert settings["device"] == "cpu"


@pytest.mark.parametrize(
    ("how", "kind", "words"),
    [
        ("memory", MemoryError, "can't allocate memory"),
        ("fault", ModelError, "the data set is odd"),
        ("killed", ModelError, "ended from outside (signal 9)"),
    ],
)
def test_a_run_that_breaks_says_why_and_goes_on(
    how: str, kind: type[Exception], words: str, tmp_path: Path
) -> None:
    python = written(tmp_path / "env", how)
    with pytest.raises(kind) as told:
        learn(course(tmp_path), python, tmp_path, Heard(), lambda _: None)
    assert words in str(told.value)
    assert "\n" not in str(told.value)
    written(tmp_path / "env")
    heard = Heard()
    learn(course(tmp_path), python, tmp_path, heard, lambda _: None)
    assert heard.told[0] == ("step", 1, 0, 2, 0.333)


def test_who_stops_watching_ends_it(tmp_path: Path) -> None:
    python = written(tmp_path / "env", "holds")

    def tell(line: str) -> None:
        if line == "waiting":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(course(tmp_path), python, tmp_path, Heard(), tell)


@pytest.mark.parametrize(
    ("given", "how", "words"),
    [
        ("best.txt", "", "give a .pt"),
        ("gone/best.pt", "", "is not there: check the path"),
        ("yolo26n.pt", "no_network", "--weights yolo26n.yaml"),
        ("yolo26n-seg.yaml", "segment", "is for segment"),
        ("odd.yaml", "no_network", "cannot begin with it"),
    ],
)
def test_weights_that_cannot_be_begun_with(
    given: str, how: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(ModelError) as told:
        beginning(given, written(tmp_path / "env", how), tmp_path / "fetched")
    assert words in str(told.value)
    assert "\n" not in str(told.value)


def test_weights_that_are_a_folder_are_told_so(tmp_path: Path) -> None:
    folder = tmp_path / "best.pt"
    folder.mkdir()
    with pytest.raises(ModelError, match=r"best\.pt is a folder: give the file"):
        beginning(str(folder), written(tmp_path / "env"), tmp_path / "fetched")
    with pytest.raises(UsageError, match=r"best\.pt is a folder: give"):
        CliRunner().invoke(
            app, ["model", "import", str(folder), "--recipe", "own"], catch_exceptions=False
        )


def test_what_is_begun_with(tmp_path: Path) -> None:
    python, folder = written(tmp_path / "env"), tmp_path / "fetched"
    own = tmp_path / "own.pt"
    own.write_bytes(b"x" * (10 << 20))
    assert beginning(str(own), python, folder) == str(own)
    assert beginning("yolo26n.yaml", python, folder) == "yolo26n.yaml"
    fetched = folder / "yolo26n.pt"
    assert beginning("yolo26n.pt", python, folder) == str(fetched)
    assert fetched.is_file()
    assert mib_of(str(own)) == 160
    assert mib_of("yolo26n.yaml") == 128


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CellConfig, LabelBook]]:
    folder = tmp_path_factory.mktemp("training")
    with closing(frozen(folder / "data", plates(12, 18))) as labels:
        yield config_of(folder / "data"), labels


def queued(labels: LabelBook, jobs: JobBook, python: Path) -> Job:
    wish = Wish(
        "week-1", "plate", steps=6, side=SIDE, licence="mine", trainer=Trainer.ULTRALYTICS,
        weights="yolo26n.yaml", python=str(python),
    )  # fmt: skip
    job = jobs.add(wish, labels.label_set("week-1").fingerprint, "kim", 1)
    jobs.begin(2)
    jobs.folder(job.id).mkdir(parents=True, exist_ok=True)
    return job


def work(config: CellConfig, labels: LabelBook, jobs: JobBook, job: Job) -> None:
    ultralytics.train(jobs, job, prepare(labels, config, job.wish), config, 1, lambda: 5)


def test_a_job_becomes_a_candidate(place: tuple[CellConfig, LabelBook], tmp_path: Path) -> None:
    config, labels = place
    with closing(JobBook(config.data_dir)) as jobs:
        job = queued(labels, jobs, written(tmp_path))
        work(config, labels, jobs, job)
        done, curve = jobs.job(job.id), jobs.curve(job.id)
    assert done.state is State.DONE
    assert [(point.epoch, point.value) for point in curve] == [(1, 0.0), (2, 0.2), (3, 0.4)]
    folder = config.data_dir / done.package
    card = ModelPackage.load(folder).card
    assert (card.classes, card.input.shape) == (("scratch",), (1, 1, SIDE, SIDE))
    assert card.training is not None
    assert (card.training["trainer"], card.training["begun_with"]) == (
        "ultralytics 8.4.190", "yolo26n.yaml",
    )  # fmt: skip
    assert card.licence is not None
    assert card.licence.startswith("AGPL-3.0")
    assert card.licence.endswith("Of the pictures: mine")
    assert card.data is not None
    assert card.metrics is not None
    for kind in ("selection", "report"):
        assert card.metrics[kind]["parts"] == card.data["parts"][kind]
    assert done.figures["version"] == card.version
    told = json.loads((folder.parent / "candidate.json").read_text())
    assert (told["package"], told["job"], told["recipe"]) == (folder.name, job.id, "plate")
    assert sorted(os.listdir(folder.parents[1])) == ["asked.json", "best.pt", "package"]


def test_no_picture_chooses_and_reports(
    place: tuple[CellConfig, LabelBook], tmp_path: Path
) -> None:
    config, labels = place
    with closing(JobBook(config.data_dir)) as jobs:
        job = queued(labels, jobs, written(tmp_path, "fault"))
        with pytest.raises(ModelError):
            work(config, labels, jobs, job)
        made = jobs.folder(job.id) / "pictures"
        prepared = prepare(labels, config, job.wish)
        counts = {kind: len(os.listdir(made / "images" / kind)) for kind in ("train", "val")}
        assert counts == {"train": len(prepared.train), "val": len(prepared.selection)}
        written(tmp_path)
        work(config, labels, jobs, job)
        asked = json.loads((jobs.folder(job.id) / "asked.json").read_text())
        assert asked["begun"] == 1, "it goes on after the epoch that was kept"
        assert jobs.job(job.id).state is State.DONE


def test_jobs_of_before_are_the_cells_own(place: tuple[CellConfig, LabelBook]) -> None:
    with closing(JobBook(place[0].data_dir)) as jobs:
        job = jobs.add(Wish("week-1", "plate"), "abc", "kim", 1)
        assert jobs.job(job.id).wish.trainer is Trainer.CELL
    told = '{"label_set": "a", "recipe": "b", "steps": 7}'
    assert wish_of(json.loads(told)) == Wish("a", "b", steps=7)


def test_a_python_that_has_gone_is_told_at_the_order(tmp_path: Path) -> None:
    wish = Wish("a", "b", trainer=Trainer.ULTRALYTICS, python=str(tmp_path / "gone"))
    with pytest.raises(UserError, match="is no program"):
        require_trainer(wish, load(None))


ASKER = """
import sys
from pathlib import Path
from vision.lab.importing.weights import export_weights
weights, python, folder = map(Path, sys.argv[1:])
export_weights(weights, python, folder, None, lambda line: print(line, flush=True))
"""


def test_an_export_ends_with_whoever_asked_for_it(tmp_path: Path) -> None:
    python = written(tmp_path / "env", "export_hangs")
    weights = tmp_path / "own.pt"
    weights.write_bytes(b"weights")
    (tmp_path / "work").mkdir()
    command = [sys.executable, "-c", ASKER, str(weights), str(python), str(tmp_path / "work")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asker:
        assert asker.stdout is not None
        assert asker.stdout.readline() == "exporting\n"
        (export,) = psutil.Process(asker.pid).children()
        asker.kill()
    assert psutil.wait_procs([export], timeout=60)[1] == []
