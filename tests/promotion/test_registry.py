"""The registry: what is taken in stays as it is, and nobody gets a say without the gate's word."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cell.people.roles import ForbiddenError
from cell.promotion.errors import GateError, PromotionError
from cell.promotion.evidence import Looked
from cell.promotion.gate import Outcome
from cell.promotion.model import Offer
from cell.promotion.pairs import Pair, Source, Tally, Truth
from cell.promotion.states import State, Way
from cell.promotion.tuned import Change
from models.errors import ModelError
from models.ground.text import read
from models.registry.chosen import FILE, Choice, choices, chosen, chosen_folder
from models.registry.shelf import Shelf, fingerprint_of, manifest_of
from tests.models.test_package import package
from tests.promotion.world import (
    ADMIN,
    OPERATOR,
    PASS,
    QUALITY,
    RECIPE,
    REJECT,
    RULES,
    World,
    world,
)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path) as opened:
        yield opened


def test_a_fingerprint_is_that_of_the_files_as_sha256sum_lists_them(tmp_path: Path) -> None:
    import subprocess

    folder = package(tmp_path / "p")
    listed = subprocess.run(
        "sha256sum card.json model.onnx | sha256sum", shell=True, cwd=folder, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert fingerprint_of(manifest_of(folder)) == listed.stdout.split()[0]


def test_the_model_in_use_is_taken_in_first_and_judges(place: World) -> None:
    shipped = place.adopt()
    assert place.registry.fleet(RECIPE).active == shipped.fingerprint
    assert place.chosen() == {RECIPE: shipped.fingerprint}
    with pytest.raises(PromotionError):
        place.adopt("2")


def test_a_candidate_has_its_origin_and_changes_nothing(place: World) -> None:
    shipped = place.adopt()
    new = place.add("2", label_set="june", fingerprint="ab", job="7", parents=(shipped.identity,))
    again = place.add("2")
    found = place.registry.find(new.identity)
    assert again == found == new
    assert found.origin.parents == (shipped.identity,)
    assert found.state is State.CANDIDATE
    assert place.chosen() == {RECIPE: shipped.fingerprint}
    assert [e.what for e in place.log("model.added")] == ["model.added"] * 2


def test_nobody_gets_a_say_around_the_gate(place: World) -> None:
    shipped, new = place.adopt(), place.add("2")
    for to in (State.CANARY, State.ACTIVE):
        with pytest.raises(GateError) as held:
            place.promote(new, to)
        assert held.value.decision.outcome is Outcome.NOT_YET
        with pytest.raises(ForbiddenError):
            place.promote(new, to, QUALITY, override=True)
    with pytest.raises(ForbiddenError):
        place.promote(new, State.SHADOW, OPERATOR)
    assert place.registry.fleet(RECIPE).active == shipped.fingerprint
    assert [bool(entry.refused) for entry in place.log("model.promoted")] == [True] * 5


def test_what_is_proven_passes_and_takes_the_place(place: World) -> None:
    shipped, new = place.adopt(), place.add("2")
    place.promote(new, State.SHADOW)
    place.prove(new)
    decision = place.promote(new, State.ACTIVE)
    assert decision.outcome is Outcome.PASS
    states = place.registry.fleet(RECIPE).states
    assert states == {shipped.fingerprint: State.RETIRED, new.fingerprint: State.ACTIVE}
    assert place.chosen() == {RECIPE: new.fingerprint}
    last = place.registry.events(RECIPE, new.fingerprint)[-1]
    assert (last.move.way, last.person, last.why) == (Way.GATE, "kim", "it is time")
    assert '"outcome":"pass"' in last.decision


def test_an_override_is_an_administrators_and_shown_for_ever(place: World) -> None:
    place.adopt()
    new = place.add("2")
    place.promote(new, State.ACTIVE, ADMIN, override=True)
    last = place.registry.events(RECIPE, new.fingerprint)[-1]
    assert last.move.way is Way.OVERRIDE
    assert '"outcome":"not yet"' in last.decision
    assert str(place.log("model.promoted")[0].after).count("override") == 1


def test_an_override_of_a_gate_that_is_open_is_none(place: World) -> None:
    place.adopt()
    new = place.add("2")
    place.prove(new)
    place.promote(new, State.ACTIVE, ADMIN, override=True)
    assert place.registry.events(RECIPE, new.fingerprint)[-1].move.way is Way.GATE


def test_evidence_is_against_the_model_that_judges_now(place: World) -> None:
    place.adopt()
    new, other = place.add("2"), place.add("3")
    place.prove(new)
    place.promote(other, State.ACTIVE, ADMIN, override=True)
    with pytest.raises(GateError):
        place.promote(new, State.ACTIVE)


def test_the_way_back(place: World) -> None:
    shipped, new = place.adopt(), place.add("2")
    place.prove(new)
    place.promote(new, State.ACTIVE)
    with pytest.raises(ForbiddenError):
        place.registry.roll_back(RECIPE, OPERATOR, place.tick(), why="bad")
    place.registry.roll_back(RECIPE, QUALITY, place.tick(), why="bad", refuse=True)
    assert place.chosen() == {RECIPE: shipped.fingerprint}
    with pytest.raises(PromotionError):
        place.promote(new, State.SHADOW, ADMIN)
    with pytest.raises(PromotionError):
        place.registry.roll_back(RECIPE, QUALITY, place.tick(), why="again")


def test_a_change_without_a_reason_is_refused(place: World) -> None:
    new = place.adopt() and place.add("2")
    with pytest.raises(PromotionError):
        place.registry.promote(new, State.SHADOW, ADMIN, 1, why=" ", rules=RULES)


def damage(folder: Path, how: str) -> str:
    """Change a package on the shelf; the name of the file."""
    name = "card.json" if how == "card" else "model.onnx"
    file = folder / name
    file.chmod(0o644)
    if how == "missing":
        file.unlink()
    elif how == "more":
        name = "more.bin"
        (folder / name).write_bytes(b"x")
    else:
        file.write_bytes(file.read_bytes() + b" ")
    return name


@pytest.mark.parametrize("how", ["card", "network", "missing", "more"])
def test_a_changed_package_is_refused_by_name(place: World, how: str) -> None:
    place.adopt()
    new = place.add("2")
    place.prove(new)
    name = damage(place.registry.folder(new), how)
    with pytest.raises(ModelError, match=name):
        place.promote(new, State.ACTIVE, ADMIN, override=True)
    with pytest.raises(ModelError):
        Shelf(place.data).unchanged(new.fingerprint)


def test_a_changed_package_does_not_judge(place: World) -> None:
    shipped = place.adopt()
    assert chosen_folder(place.data, RECIPE) == place.registry.folder(shipped)
    assert chosen_folder(place.data, "another") is None
    damage(place.registry.folder(shipped), "card")
    with pytest.raises(ModelError):
        chosen_folder(place.data, RECIPE)


def test_one_that_cannot_be_gone_back_to_stays_away(place: World) -> None:
    shipped, new = place.adopt(), place.add("2")
    place.promote(new, State.ACTIVE, ADMIN, override=True)
    damage(place.registry.folder(shipped), "network")
    with pytest.raises(ModelError):
        place.registry.roll_back(RECIPE, QUALITY, place.tick(), why="bad")
    assert place.registry.fleet(RECIPE).active == new.fingerprint


@pytest.mark.parametrize("text", ["", "{", '{"gear": 1}', "[]"])
def test_a_choice_that_cannot_be_understood_is_refused_and_mended(place: World, text: str) -> None:
    shipped = place.adopt()
    (place.data / FILE).write_text(text)
    with pytest.raises(ModelError):
        chosen(place.data)
    assert place.registry.mend(ADMIN)
    assert chosen(place.data) == {RECIPE: shipped.fingerprint}
    assert not place.registry.mend(ADMIN)


def test_rows_are_never_changed_or_deleted(place: World) -> None:
    place.adopt()
    with sqlite3.connect(place.data / "registry.db") as db:
        guarded = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
        for table in ("package", "move", "pair", "look", "thresholds"):
            assert {f"{table}_no_update", f"{table}_no_delete"} <= guarded
        for statement in ("DELETE FROM move", "UPDATE package SET name = 'x'"):
            with pytest.raises(sqlite3.IntegrityError):
                db.execute(statement)


def test_many_at_once_leave_one_that_judges(place: World) -> None:
    place.adopt()
    models = [place.add(str(number)) for number in range(2, 8)]
    with ThreadPoolExecutor(6) as threads:
        moves = [
            threads.submit(place.promote, model, State.ACTIVE, ADMIN, override=True)
            for model in models
        ]
    assert not any(move.exception() for move in moves)
    fleet = place.registry.fleet(RECIPE)
    assert [*fleet.states.values()].count(State.ACTIVE) == 1
    assert chosen(place.data) == {RECIPE: fleet.active}


def test_a_full_disk_leaves_nothing(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    place.adopt()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", full)
        with pytest.raises(ModelError, match="No space left"):
            place.add("2")
    assert len(place.registry.models()) == 1
    assert len([*(place.data / "registry" / "packages").iterdir()]) == 1
    place.add("2")


def test_a_package_that_vanishes_meanwhile_leaves_nothing(place: World) -> None:
    folder = place.package("9")
    shutil.rmtree(folder)
    with pytest.raises(ModelError):
        place.registry.admit(Offer(RECIPE, folder), QUALITY, place.tick())
    assert not list((place.data / "registry" / "packages").glob(".*"))


def looked(part: str, source: Source, truth: Truth, said: tuple[str, str]) -> Looked:
    pair = Pair(part, source, truth, *(PASS if one == "pass" else REJECT for one in said))
    return Looked(pair, part, 700.0 if part == "slow" else 20.0, "engine")


def test_evidence_counts_corrected_labels_and_later_words(place: World) -> None:
    place.adopt()
    new = place.add("2")
    match = place.registry.match(new)
    one = looked("a", Source.LOCKED, Truth.DEFECTIVE, ("reject", "pass"))
    corrected = looked("a", Source.LOCKED, Truth.GOOD, ("reject", "pass"))
    for look in (one, corrected):
        place.registry.note_look(match, ("june", "ab"), [look], QUALITY, place.tick())
    line = [
        looked("s-1", Source.SHADOW, Truth.UNKNOWN, ("pass", "reject")),
        looked("slow", Source.CANARY, Truth.UNKNOWN, ("reject", "pass")),
    ]
    place.registry.note_line(match, line, place.tick())
    found = place.registry.evidence(match, RULES)
    assert found.tally == Tally(good=1, open_escapes=1, open_false_rejects=1, line=2)
    assert (found.to_judge, found.looks) == (("s-1", "slow"), 2)
    assert (found.speed.inspections, found.speed.slow) == (4, 1)
    later = place.registry.evidence(match, RULES, {"s-1": Truth.DEFECTIVE})
    assert later.tally == Tally(good=1, only_active=1, open_escapes=1, line=2)


@pytest.mark.parametrize(
    ("why", "code"), [("", "no_why"), (" \n", "no_why"), ("z" * 10_000, "why_long")]
)
def test_a_reason_says_something_in_few_words(place: World, why: str, code: str) -> None:
    place.adopt()
    model = place.add("2")
    with pytest.raises(PromotionError) as refused:
        place.registry.promote(model, State.SHADOW, QUALITY, place.tick(), why=why, rules=RULES)
    found = read(str(refused.value))
    assert found is not None
    assert found.code == f"promotion.{code}"
    assert place.registry.fleet(RECIPE).states[model.fingerprint] is State.CANDIDATE


def test_two_who_take_a_say_back_at_once_take_it_back_once(place: World) -> None:
    models = [place.adopt(), place.add("2"), place.add("3")]
    for model in models[1:]:
        place.promote(model, State.ACTIVE, ADMIN, override=True)
    seen = place.registry.fleet(RECIPE).active or ""
    place.registry.roll_back(RECIPE, QUALITY, place.tick(), why="x", model=seen)
    with pytest.raises(PromotionError):
        place.registry.roll_back(RECIPE, QUALITY, place.tick(), why="x", model=seen)
    assert place.registry.fleet(RECIPE).active == models[1].fingerprint


def test_thresholds_that_count_are_told_to_every_process(place: World) -> None:
    def let_count(version: str) -> None:
        change = Change(RECIPE, version, "", {"open": 0.5}, {"open": 0.6}, {})
        place.registry.set_thresholds(
            change, None, QUALITY, place.tick(), why=f"for {version}", write=lambda: None
        )

    let_count("1.0.1")
    assert choices(place.data) == {
        RECIPE: Choice("", version="1.0.1", version_person="kim", version_why="for 1.0.1")
    }
    assert chosen_folder(place.data, RECIPE) is None, "the recipe's own model judges"
    assert chosen(place.data) == {}
    shipped = place.adopt()
    let_count("1.0.2")
    there = choices(place.data)[RECIPE]
    assert (there.package, there.version) == (shipped.fingerprint, "1.0.2")
