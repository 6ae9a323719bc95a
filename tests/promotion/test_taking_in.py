"""From a training job to a candidate: what the one leaves is what the other takes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from cell.config import CellConfig, load
from cell.faces.studio.taking_in import take_in
from cell.people.roles import ForbiddenError
from cell.products import RECIPES
from cell.promotion.admitting import admit
from cell.promotion.errors import PromotionError
from cell.promotion.model import Offer
from cell.promotion.states import State
from cell.texts import render
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


def with_own_thresholds(place: World, review: float) -> CellConfig:
    """The boards' recipe, which leaves its thresholds to the model's card."""
    folder = place.data / "own" / "boards"
    shutil.copytree(RECIPES / "pcb", folder)
    written = yaml.safe_load((folder / "recipe.yaml").read_text())
    del written["threshold"]
    for rule in written["classes"].values():
        rule.pop("threshold", None)
        rule.pop("review_threshold", None)
    written |= {"name": "boards", "review_threshold": review}
    (folder / "recipe.yaml").write_text(yaml.safe_dump(written, allow_unicode=True))
    return load(None, {"data_dir": str(place.data), "recipes": str(folder.parent)})


def test_thresholds_below_the_recipes_review_are_refused_at_once(place: World) -> None:
    package = place.folder / "own"
    shutil.copytree(SHIPPED, package)
    card = json.loads((package / "card.json").read_text())
    card |= {"version": "3.0.0", "thresholds": dict.fromkeys(card["classes"], 0.3)}
    (package / "card.json").write_text(json.dumps(card))
    seal(package)
    offer = Offer("boards", package)
    config = with_own_thresholds(place, 0.4)
    with pytest.raises(PromotionError) as refused:
        admit(place.registry, config, offer, QUALITY, place.tick())
    said = render(str(refused.value))
    assert "lower review_threshold" in said
    assert "0.3 or less" in said
    assert place.registry.models("boards") == []
    file = config.recipes / "boards" / "recipe.yaml"  # type: ignore[operator]
    file.write_text(file.read_text().replace("review_threshold: 0.4", "review_threshold: 0.2"))
    assert admit(place.registry, config, offer, QUALITY, place.tick()).state is State.CANDIDATE
