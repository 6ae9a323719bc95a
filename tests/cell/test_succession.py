"""Another model while the line runs: each part is judged by one model and by that one's thresholds,
nothing stops for it, and what cannot be taken up is tried again and told.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cell.config import load
from cell.control.changeover import TAKE_UP_S, Changeover, LetGo, Seen, Step, TakeUp, Wish
from cell.control.ledger import Ledger
from cell.control.ledger import events as e
from cell.control.ledger import observations as o
from cell.control.ledger.codec import decode
from cell.control.ledger.events import CellState as State
from cell.control.ledger.inspection import Inspection
from cell.control.succession import ADVISORY, LONGEST_RETRY_S, RETRY_S, Succession
from cell.products.lookup import MODELS, load_inspection_parts, load_resumed
from cell.products.pin import Pin
from cell.products.recipe import Recipe
from cell.products.verdict import VerdictKind
from cell.records.in_use import InUse, last_in_use
from cell.records.journal import Journal
from cell.texts import render
from models.errors import ModelError
from models.files import seal
from models.registry.chosen import FILE, Choice, choices, choose
from models.registry.shelf import Shelf
from tests.cell.world import CONFIG, RECIPE, World
from vision.types import Defect


def stopping_from(threshold: float) -> Recipe:
    rules = {n: r.model_copy(update={"threshold": threshold}) for n, r in RECIPE.classes.items()}
    return RECIPE.model_copy(update={"classes": rules})


STRICT, LAX = stopping_from(0.5), stopping_from(0.95)
LOADED = load_inspection_parts(load(None), "pcb")
A, B = Choice("a" * 64, "kim", "first"), Choice("b" * 64, "lee", "better")


def choice(recipe: str = "pcb", model: str = "new", live: bool = True) -> o.SelectRecipe:
    chosen = LAX.model_copy(update={"name": recipe})
    return o.SelectRecipe(
        stamp_ns=0, recipe=chosen, person="kim", reason="better", model=model, package=B.package,
        live=live,
    )  # fmt: skip


def line(model: str) -> World:
    """One that runs, with a defective part on its way and a model that judges."""
    ledger = Ledger(CONFIG, RECIPE)
    ledger.take_recipe(STRICT, model, A.package)
    world = World(ledger=ledger)
    world.bring_up()
    world.feed(0.2, True)
    world.tick(10)
    return world


def take_up(world: World, wanted: o.SelectRecipe) -> bool:
    return world.observe(replace(wanted, stamp_ns=world.now_ns))


@pytest.mark.parametrize(
    ("before", "after", "kind", "by"),
    [
        ("test@1", "new", VerdictKind.REJECT, "recipe"),
        ("old", "test@1", VerdictKind.REVIEW, "recipe"),
        ("old", "new", VerdictKind.REJECT, "ledger"),
        ("test@1", "", VerdictKind.REVIEW, "recipe"),
    ],
)
def test_a_part_is_judged_by_the_thresholds_of_the_model_that_looked_at_it(
    before: str, after: str, kind: VerdictKind, by: str
) -> None:
    """The inspector of this world is `test@1` throughout; its defects have a score of 0.9."""
    world = line(before)
    assert take_up(world, choice(model=after))
    assert world.ledger.snapshot().state is State.RUNNING
    world.tick(60)
    (judged,) = [one for one in world.events() if isinstance(one, e.Judged)]
    assert (judged.verdict.kind, judged.by) == (kind, by)
    assert ("uninspected.other_model" in judged.verdict.reason) is (by == "ledger")


@pytest.mark.parametrize("wanted", [choice(recipe="nut"), choice(live=False)])
def test_nothing_but_the_model_changes_while_parts_are_on_their_way(wanted: o.SelectRecipe) -> None:
    world = line("old")
    assert not take_up(world, wanted)
    assert world.ledger.desk.model == "old"


def test_the_journal_says_which_model_judges(tmp_path: Path) -> None:
    world = line("old")
    take_up(world, choice())
    again = Ledger.replay(CONFIG, RECIPE, world.events())
    assert again.package_to_resume("pcb") == B.package
    assert again.package_to_resume("nut") == ""
    again.take_recipe(LAX, "new", B.package)
    world.ledger, world.crashes = again, 1
    world.start_session()
    assert Ledger.replay(CONFIG, RECIPE, world.events()).package_to_resume("pcb") == B.package
    file = tmp_path / "journal.db"
    assert last_in_use(file) is None
    with Journal.open(file) as journal:
        assert last_in_use(file) is None
        journal.append(world.events())
        assert last_in_use(file) == InUse("pcb", B.package)


@pytest.mark.parametrize("state", list(State))
def test_another_model_is_taken_up_without_a_stop(state: State) -> None:
    change, seen = Changeover(), Seen(state, 3, following=True)
    wish = Wish("pcb", "lee", "better", package=B.package)
    assert change.begin(wish, LOADED, ("inspector",), 0.0)
    assert change.next(0.2, seen) == []
    assert "lee" in render(change.obstacle(Wish("nut", "kim", "lot", prepare_only=True), seen))
    change.loaded(LOADED)
    change.answered("inspector", "pcb", "")
    assert change.next(0.4, seen) == [TakeUp(LOADED, "lee", "better", live=True)]
    behind = replace(seen, following=False)
    assert change.next(0.6, behind) == []
    undo, let_go = change.next(0.6 + TAKE_UP_S, behind)
    assert isinstance(undo, TakeUp)
    assert (undo.parts, undo.live, let_go) == (LOADED, True, LetGo())
    assert (change.step, "judges again" in render(change.message)) == (Step.NONE, True)


def test_what_was_prepared_of_another_recipe_is_not_taken_for_it() -> None:
    change, seen = Changeover(), Seen(State.RUNNING, 3, following=True)
    change.begin(Wish("pcb", "kim", "lot", prepare_only=True), LOADED, (), 0.0)
    change.loaded(LOADED)
    change.next(0.2, seen)
    assert change.step is Step.PREPARED
    assert change.begin(Wish("pcb", "lee", "b", package=B.package), LOADED, ("inspector",), 0.4)
    assert change.step is Step.PREPARING


def test_who_judges_is_held_against_what_people_have_chosen() -> None:
    next_ = Succession()
    assert next_.next("pcb", "1", A.package, 0.0) is None
    next_.heard({"pcb": A, "nut": B})
    assert next_.next("pcb", "1", A.package, 1.0) is None
    next_.heard({"pcb": B})
    assert next_.next("pcb", "1", A.package, 2.0) == Wish("pcb", "lee", "better", package=B.package)
    assert next_.next("pcb", "1", B.package, 3.0) is None
    next_.heard({"pcb": Choice(A.package)})
    asked = next_.next("pcb", "1", B.package, 4.0)
    assert asked is not None
    assert asked.person.strip()
    assert asked.reason.strip(), "files of before say neither"


def test_what_cannot_be_taken_up_is_tried_again_ever_more_rarely_and_told() -> None:
    next_, now_s = Succession(), 0.0
    next_.heard({"pcb": B})
    for pause_s in (RETRY_S, 2 * RETRY_S, 4 * RETRY_S, 8 * RETRY_S, LONGEST_RETRY_S):
        assert next_.next("pcb", "1", A.package, now_s) is not None
        next_.failed("no memory", now_s)
        assert next_.advisories == {ADVISORY: "no memory"}
        assert next_.next("pcb", "1", A.package, now_s + 0.9 * pause_s) is None
        now_s += pause_s
    next_.heard({"pcb": Choice("c" * 64, "kim", "a third")})
    assert next_.next("pcb", "1", A.package, now_s - 1.0) is not None, (
        "another one is tried at once"
    )
    next_.heard({"pcb": A})
    assert next_.next("pcb", "1", A.package, now_s) is None
    assert next_.advisories == {}
    next_.heard("cannot be understood")
    assert next_.advisories == {ADVISORY: "cannot be understood"}


def test_the_model_that_a_run_works_by_is_loaded_whatever_was_chosen_meanwhile(
    tmp_path: Path,
) -> None:
    config = load(None, {"data_dir": str(tmp_path)})
    other = tmp_path / "other"
    shutil.copytree(MODELS / "ball_screw", other)
    card = json.loads((other / "card.json").read_text())
    card |= {"version": "9", "thresholds": dict.fromkeys(card["classes"], 0.9)}
    (other / "card.json").write_text(json.dumps(card))
    seal(other)
    shipped, _ = Shelf(tmp_path).put(MODELS / "ball_screw")
    fingerprint, _ = Shelf(tmp_path).put(other)
    choose(tmp_path, {"ball_screw": Choice(fingerprint, "kim", "why")})
    now, before = (
        load_inspection_parts(config, "ball_screw"),
        load_inspection_parts(config, "ball_screw", pinned=shipped),
    )
    assert (now.package, before.package) == (fingerprint, shipped)
    assert before.package == load_inspection_parts(load(None), "ball_screw").package, (
        "kept or shipped, it is the same one"
    )
    assert now.written == before.written
    assert now.recipe.content != before.recipe.content
    assert Pin.parse(str(now.pin)) == now.pin != before.pin
    with pytest.raises(ModelError, match="start the cell anew"):
        load_inspection_parts(config, "ball_screw", pinned="c" * 64)
    assert load_resumed(config, "ball_screw", shipped).package == shipped
    assert load_resumed(config, "ball_screw", "c" * 64).package == fingerprint


def test_files_of_before_hold_the_fingerprint_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).parent.mkdir()
    (tmp_path / FILE).write_text(json.dumps({"pcb": A.package}))
    assert choices(tmp_path) == {"pcb": Choice(A.package)}
    choose(tmp_path, {"pcb": A, "nut": B})
    assert choices(tmp_path) == {"pcb": A, "nut": B}


def said(world: World, threshold_passes: bool, score: float = 0.9) -> None:
    """The model on trial speaks of the picture that the camera has taken, before the other one."""
    taken = [one for one in world.events() if isinstance(one, e.FrameSeen)][-1]
    defects = () if threshold_passes else (Defect("short", score, 10.0, 10.0, 30.0, 30.0),)
    done = Inspection(
        trigger=taken.trigger, exposure_ns=taken.exposure_ns, done_ns=world.now_ns, ok=True,
        defects=defects, recipe=RECIPE.identity, model="canary",
    )  # fmt: skip
    world.observe(o.TrialDone(stamp_ns=world.now_ns, inspection=done))


@pytest.mark.parametrize(
    ("defective", "passes", "score", "acted_on"),
    [
        (True, True, 0.9, VerdictKind.REJECT),
        (True, False, 0.9, VerdictKind.REJECT),
        (False, True, 0.9, VerdictKind.PASS),
        (False, False, 0.9, VerdictKind.REVIEW),
        (False, False, 0.97, VerdictKind.REJECT),
    ],
)
def test_of_two_models_the_stricter_is_acted_on_and_both_are_on_record(
    defective: bool, passes: bool, score: float, acted_on: VerdictKind
) -> None:
    """Each by its own thresholds: the one on trial rejects from 0.95 on."""
    ledger = Ledger(CONFIG, RECIPE)
    ledger.take_recipe(STRICT, "test@1", A.package)
    world = World(ledger=ledger)
    world.bring_up()
    trial = o.TrialSet(stamp_ns=world.now_ns, model="canary", package=B.package, recipe=LAX)
    world.observe(trial)
    world.feed(0.2, defective)
    while not any(isinstance(one, e.FrameSeen) for one in world.events()):
        world.tick()
    said(world, passes, score)
    world.tick(60)
    (tried,) = [one for one in world.events() if isinstance(one, e.Tried)]
    (judged,) = [one for one in world.events() if isinstance(one, e.Judged)]
    assert (tried.part, tried.model, tried.package) == (judged.part, "canary", B.package)
    assert tried.active is (VerdictKind.REJECT if defective else VerdictKind.PASS)
    assert (judged.verdict.kind, judged.by) == (acted_on, "recipe")
    assert ("verdict.on_trial" in judged.verdict.reason) is (acted_on is not tried.active)
    assert all(decode(kind, text) for kind, text in world.journal)


@pytest.mark.parametrize("trial", [o.TrialSet(stamp_ns=0), None])
def test_a_model_that_is_not_on_trial_has_no_say(trial: o.TrialSet | None) -> None:
    world = line("test@1")
    if trial is not None:
        world.observe(replace(trial, stamp_ns=world.now_ns))
    while not any(isinstance(one, e.FrameSeen) for one in world.events()):
        world.tick()
    said(world, True)
    world.tick(60)
    assert not [one for one in world.events() if isinstance(one, e.Tried)]
    (judged,) = [one for one in world.events() if isinstance(one, e.Judged)]
    assert judged.verdict.kind is VerdictKind.REJECT


NEXT = LAX.model_copy(update={"version": "2"})
TUNED = Choice(A.package, "kim", "first", version="2", version_person="sun", version_why="dust")


def tuned(recipe: Recipe = NEXT, live: bool = True) -> o.SelectRecipe:
    return o.SelectRecipe(
        stamp_ns=0, recipe=recipe, person="sun", reason="dust", model="test@1", package=A.package,
        live=live,
    )  # fmt: skip


def judged_kinds(world: World) -> list[tuple[VerdictKind, str]]:
    found = [one for one in world.events() if isinstance(one, e.Judged)]
    return [(one.verdict.kind, one.by) for one in found]


def test_a_part_is_judged_by_the_thresholds_by_which_it_was_inspected() -> None:
    """The inspector of this world goes by the recipe's first version throughout."""
    world = line("test@1")
    assert take_up(world, tuned())
    assert world.ledger.snapshot().state is State.RUNNING
    world.tick(60)
    assert judged_kinds(world) == [(VerdictKind.REJECT, "recipe")]


def test_what_was_inspected_by_thresholds_of_long_ago_is_not_judged() -> None:
    world = line("test@1")
    assert take_up(world, tuned())
    assert take_up(world, tuned(NEXT.model_copy(update={"version": "3"})))
    world.tick(60)
    assert judged_kinds(world) == [(VerdictKind.REJECT, "ledger")]


@pytest.mark.parametrize("live", [True, False])
def test_a_version_with_anything_else_new_waits_for_an_empty_belt(live: bool) -> None:
    other = NEXT.model_copy(update={"default_bin": "elsewhere"}) if live else NEXT
    world = line("test@1")
    assert not take_up(world, tuned(other, live))


def test_thresholds_that_people_let_count_are_taken_up_with_their_reason() -> None:
    next_ = Succession()
    next_.heard({"pcb": TUNED})
    wanted = Wish("pcb", "sun", "dust", package=A.package, version="2")
    assert next_.next("pcb", "1", A.package, 0.0) == wanted
    assert wanted.live
    assert next_.next("pcb", "2", A.package, 1.0) is None


def test_another_model_and_thresholds_come_together() -> None:
    next_ = Succession()
    next_.heard({"pcb": replace(TUNED, package=B.package, person="lee", why="better")})
    wanted = Wish("pcb", "lee", "better", package=B.package, version="2")
    assert next_.next("pcb", "1", A.package, 0.0) == wanted


def test_thresholds_count_where_no_model_is_on_record() -> None:
    next_ = Succession()
    next_.heard({"pcb": replace(TUNED, package="")})
    assert next_.next("pcb", "1", "f" * 64, 0.0) == Wish(
        "pcb", "sun", "dust", package="f" * 64, version="2"
    )
    assert next_.next("pcb", "2", "f" * 64, 0.0) is None
    assert next_.next("pcb", "1", "", 0.0) == Wish("pcb", "sun", "dust", version="2")


def test_thresholds_that_an_edit_has_replaced_are_passed_over_until_the_next() -> None:
    next_ = Succession()
    next_.heard({"pcb": TUNED})
    wish = next_.next("pcb", "1", A.package, 0.0)
    assert wish is not None
    next_.failed("the file is version 3", 0.0)
    next_.passed_over(wish)
    assert next_.next("pcb", "1", A.package, 99.0) is None
    assert next_.advisories == {}
    next_.heard({"pcb": replace(TUNED, version="4")})
    assert next_.next("pcb", "1", A.package, 100.0) is not None
