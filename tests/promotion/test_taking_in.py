"""From a training job to a candidate: what the one leaves is what the other takes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cell.config import CellConfig, load
from cell.faces.studio.taking_in import take_in
from cell.people.roles import ForbiddenError
from cell.promotion.states import State
from cell.training.book import JobBook
from cell.training.candidate import Candidate, write_candidate
from cell.training.values import Job, Wish
from models.errors import ModelError
from models.files import seal
from tests.promotion.world import OPERATOR, QUALITY, World, world

SHIPPED = Path(__file__).parents[2] / "models" / "pcb"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as opened:
        yield opened


def config_of(place: World) -> CellConfig:
    return load(None, {"data_dir": str(place.data)})


def made(place: World) -> Job:
    """A job that has made a detector of boards."""
    with closing(JobBook(place.data)) as book:
        job = book.add(Wish("june", "pcb"), "abc", "kim", 1)
        package = book.folder(job.id) / "package" / "pcb"
        shutil.copytree(SHIPPED, package)
        card = package / "card.json"
        card.write_text(json.dumps(json.loads(card.read_text()) | {"version": "2.0.0"}))
        seal(package)
        parents = ("pcb-pairnet@1.4.0#1",)
        write_candidate(Candidate(package, "pcb", "june", "abc", job.id, parents, "kim", 2))
        book.begin(2)
        book.finish(job.id, package, {}, 3)
        return book.job(job.id)


def test_what_a_job_has_made_becomes_a_candidate_once(place: World) -> None:
    job, config = made(place), config_of(place)
    model = take_in(place.registry, config, job, QUALITY, place.tick())
    assert model.state is State.CANDIDATE
    origin = model.origin
    assert (origin.label_set, origin.fingerprint, origin.job) == ("june", "abc", f"{job.id}")
    assert origin.parents == ("pcb-pairnet@1.4.0#1",)
    again = take_in(place.registry, config, job, QUALITY, place.tick())
    assert again.fingerprint == model.fingerprint
    states = [one.state for one in place.registry.models("pcb")]
    assert states == [State.ACTIVE, State.CANDIDATE], "the model in use was taken in, too"


def test_not_by_everybody_and_not_what_is_gone(place: World) -> None:
    job, config = made(place), config_of(place)
    with pytest.raises(ForbiddenError):
        take_in(place.registry, config, job, OPERATOR, place.tick())
    shutil.rmtree(place.data / job.package)
    with pytest.raises(ModelError, match=r"card\.json"):
        take_in(place.registry, config, job, QUALITY, place.tick())
