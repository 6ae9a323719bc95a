"""Models with a say are watched: who stops another share of the parts, or lets defective ones pass,
gives its place back or is told of; people's words on the line count at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cell.config.labels import LabelsConfig
from cell.config.promotion import PromotionConfig
from cell.control.ledger import events as e
from cell.labels.book import LabelBook
from cell.labels.reasons import Why
from cell.labels.values import About, NewPicture, Reason
from cell.products.verdict import Verdict, VerdictKind
from cell.promotion.active_watch import Watch
from cell.promotion.asking import Porter
from cell.promotion.canary import Why as Against
from cell.promotion.model import Model
from cell.promotion.pairs import Source
from cell.promotion.share import ShareWatch
from cell.promotion.states import State
from cell.promotion.trial_keeper import TrialKeeper
from cell.promotion.turn import Passed, lets_too_many_pass
from cell.promotion.watch_words import how_it_stands, what_to_do, why_back
from cell.promotion.words import TRIAL
from cell.texts import render
from models.registry.doubts import FILE, doubts
from tests.cell.evidence_world import Shift, inspected, noise
from tests.labels.desk import GOOD, tell
from tests.promotion.world import ADMIN, PASS, RECIPE, REJECT, RULES, World, world

FEW = RULES.model_copy(update={"drift_first": 50, "drift_run": 500})
OFTEN = RULES.model_copy(update={"drift_run": 500})


class Line:
    """A cell that works by the registry's models, its journal and its records."""

    def __init__(self, place: World) -> None:
        self.place, self.old = place, place.adopt()
        self.shift = Shift(place.data)
        self.labels = LabelBook.open(place.data, LabelsConfig(audit_share=0.0, review_share=0.0))
        self.works_by(self.old)

    def keeper(self, rules: PromotionConfig = FEW) -> TrialKeeper:
        return TrialKeeper(
            self.place.data, rules, self.place.registry, self.labels, self.place.tick
        )

    def works_by(self, model: Model) -> None:
        self.active = model
        now = self.place.tick()
        self.shift.journal.append(
            [e.RecipeSelected(
                stamp_ns=now, recipe=f"{RECIPE}@1", person="x", package=model.fingerprint
            )]
        )  # fmt: skip

    def succeed(self) -> Model:
        model = self.place.add("2")
        self.place.promote(model, State.ACTIVE, ADMIN, override=True)
        self.works_by(model)
        return model

    def part(
        self,
        kind: VerdictKind,
        person: VerdictKind | None = None,
        tried: tuple[Model, VerdictKind] | None = None,
    ) -> str:
        """One part that the active model judges so, and perhaps a model on trial and a person."""
        shift = self.shift
        shift.parts += 1
        number, now = shift.parts, self.place.tick()
        name = f"s1-{number:05d}"
        happened: list[e.Event] = [
            e.Arrived(stamp_ns=now, part=name, index=number, encoder_m=0.0, x=0.0)
        ]
        acted_on = kind
        if tried is not None:
            seen = inspected(name, number, now, shift.view(noise(number), now))
            other, its = tried
            acted_on = kind if its is PASS else its
            happened += [
                seen,
                e.Tried(
                    stamp_ns=now, part=name, trigger=number, model="m", package=other.fingerprint,
                    against=self.active.fingerprint, active=kind, candidate=its, engine="e",
                    total_ms=20.0, defects=(), error="",
                ),
            ]  # fmt: skip
        happened.append(judged(name, now, acted_on, "recipe"))
        if person is not None:
            happened.append(judged(name, now, person, "kim"))
        happened.append(e.Purged(stamp_ns=now, part=name, person="test"))
        shift.journal.append(happened)
        return name

    def parts(self, share: float, count: int) -> None:
        """Parts of which the active model stops so many, evenly."""
        owed = 0.0
        for _ in range(count):
            owed += share
            self.part(REJECT if owed >= 1.0 else PASS)
            owed -= owed >= 1.0

    def record(self) -> None:
        self.shift.projection.catch_up(self.shift.journal)

    def state(self, model: Model) -> State:
        return self.place.registry.find(model.fingerprint, RECIPE).state

    def close(self) -> None:
        self.labels.close()
        self.shift.close()


def judged(part: str, now: int, kind: VerdictKind, by: str) -> e.Judged:
    verdict = Verdict(kind, "" if kind is PASS else "scrap", "")
    return e.Judged(stamp_ns=now, part=part, verdict=verdict, by=by)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with world(tmp_path) as place:
        made = Line(place)
        yield made
        made.close()


def standing(keeper: TrialKeeper, model: Model) -> Watch:
    assert keeper.problem == ""
    return keeper.known[model.recipe, model.fingerprint]


def test_a_young_model_that_stops_another_share_gives_its_place_back(line: Line) -> None:
    new = line.succeed()
    keeper = line.keeper()
    line.parts(0.1, 120)
    keeper.turn()
    seen = standing(keeper, new)
    assert (seen.shares.first, seen.shares.parts, seen.why) == (0.08, 120, None)
    assert "8.0%" in render(how_it_stands(seen.shares))
    line.parts(0.5, 100)
    keeper.turn()
    assert (line.state(new), line.state(line.old)) == (State.RETIRED, State.ACTIVE)
    last = line.place.registry.events(RECIPE, new.fingerprint)[-1]
    english, korean = render(last.why), render(last.why, "ko")
    assert last.person == TRIAL
    assert "8.0%" in english
    assert "8.0%" in korean
    assert english != korean
    assert line.place.chosen() == {RECIPE: line.old.fingerprint}


@pytest.mark.parametrize(
    "change", [{"on_drift": "advise"}, {"young_parts": 150}], ids=["advised", "not young"]
)
def test_of_others_people_are_told_what_to_do(line: Line, change: dict[str, object]) -> None:
    rules, new = FEW.model_copy(update=change), line.succeed()
    line.parts(0.1, 120), line.parts(0.5, 100)
    keeper = line.keeper(rules)
    keeper.turn()
    told = standing(keeper, new)
    assert (line.state(new), told.why, told.back) == (State.ACTIVE, Against.DRIFT, False)
    assert told.shares.change is not None
    assert why_back(told, rules)
    assert "go back" in render(what_to_do(told))
    again = line.keeper(rules)
    again.turn()
    assert standing(again, new) == told, "a restart changes nothing"


def test_the_first_model_and_one_gone_back_to_stay(line: Line) -> None:
    line.parts(0.1, 120), line.parts(0.5, 100)
    keeper = line.keeper()
    keeper.turn()
    told = standing(keeper, line.old)
    assert (line.state(line.old), told.why, told.back) == (State.ACTIVE, Against.DRIFT, False)
    assert "No model" in render(what_to_do(told))


def test_what_it_stopped_before_it_judged_is_what_it_is_held_against(line: Line) -> None:
    new = line.place.add("2")
    line.place.prove(new, 50)
    line.place.promote(new, State.ACTIVE, ADMIN, override=True)
    line.works_by(new)
    line.part(PASS)
    keeper = line.keeper()
    keeper.turn()
    assert standing(keeper, new).shares.first == 0.5


def test_parts_that_people_reject_after_it_passed_them_take_its_place(line: Line) -> None:
    new = line.succeed()
    canary = line.place.add("3")
    line.place.promote(canary, State.CANARY, ADMIN, override=True)
    keeper = line.keeper()
    for _ in range(30):
        line.part(PASS)
        line.part(REJECT, person=REJECT)
    line.part(PASS, person=REJECT)
    keeper.turn()
    told = standing(keeper, new)
    assert (told.passed, told.why) == (Passed(parts=31, known=1), None)
    for _ in range(8):
        line.part(PASS, person=REJECT)
    keeper.turn()
    assert keeper.problem == ""
    assert (line.state(new), line.state(line.old)) == (State.RETIRED, State.ACTIVE)
    assert line.state(canary) is State.SHADOW, "it has proven nothing beside the other one"


def test_a_label_wins_over_a_person_at_the_line(line: Line) -> None:
    new = line.succeed()
    for number in range(9):
        part = line.part(PASS, person=REJECT)
        file = line.place.data / line.shift.view(noise(1000 + number), number)
        picture = NewPicture(file, file.name, part, About(part=part))
        item = line.labels.add(picture, Reason(Why.OVERRIDE), 0)
        tell(line.labels, item, "ann", GOOD), tell(line.labels, item, "bob", GOOD)
    keeper = line.keeper()
    keeper.turn()
    assert (standing(keeper, new).passed, line.state(new)) == (Passed(parts=9), State.ACTIVE)


def test_audits_tell_the_share_as_it_is() -> None:
    assert not lets_too_many_pass(Passed(parts=5000, known=12, audited=50, escaped=1), RULES)
    assert lets_too_many_pass(Passed(parts=5000, known=12, audited=50, escaped=8), RULES)
    assert lets_too_many_pass(Passed(parts=1000, known=60), RULES)
    assert not lets_too_many_pass(Passed(parts=1000, known=5), RULES), "few, of all that it passed"


def test_a_canary_s_disagreements_are_queued_and_a_person_counts_at_once(line: Line) -> None:
    canary = line.place.add("2")
    line.place.promote(canary, State.CANARY, ADMIN, override=True)
    keeper = line.keeper()
    line.part(PASS, tried=(canary, PASS))
    stopped = line.part(PASS, tried=(canary, REJECT))
    keeper.turn()
    assert line.labels.queue(0).items == (), "not recorded yet"
    line.record()
    keeper.turn(), line.keeper().turn()
    (item,) = line.labels.queue(0).items
    assert (item.about.part, [one.why for one in item.reasons]) == (stopped, [Why.DISAGREEMENT])
    escaped = line.part(PASS, person=REJECT, tried=(canary, PASS))
    line.record()
    keeper.turn()
    assert standing(keeper, canary).passed == Passed(audited=1, escaped=1)
    asked = Porter(line.place.registry, line.labels, RULES).ask(canary)
    assert asked is not None
    assert asked.to_judge == (stopped,)
    match = line.place.registry.match(canary)
    assert escaped in line.place.registry.line_parts(match, Source.CANARY)
    for _ in range(3):
        line.part(PASS, person=REJECT, tried=(canary, PASS))
    line.record()
    keeper.turn()
    assert (line.state(canary), line.state(line.old)) == (State.CANDIDATE, State.ACTIVE)


def test_a_canary_that_stops_another_share_leaves(line: Line) -> None:
    canary = line.place.add("2")
    line.place.promote(canary, State.CANARY, ADMIN, override=True)
    for _ in range(50):
        line.part(PASS, tried=(canary, PASS))
    keeper = line.keeper()
    keeper.turn()
    assert line.state(canary) is State.CANARY
    for _ in range(60):
        line.part(PASS, tried=(canary, REJECT))
    keeper.turn()
    assert line.state(canary) is State.CANDIDATE
    last = line.place.registry.events(RECIPE, canary.fingerprint)[-1]
    assert (last.person, last.why) == (TRIAL, '{"code": "trial.left.drift"}')


def alarms_at(share: float, later: float, runs: int, most: int) -> list[int]:
    """After how many parts each of many lines alarms when the share becomes `later`; `most`: none
    until there. The share of before is learnt from the line itself.
    """
    rng, found = np.random.default_rng(7), []
    for _ in range(runs):
        watch = ShareWatch(OFTEN)
        for stopped in rng.random(OFTEN.drift_first) < share:
            watch.add(bool(stopped), 0)
        parts = 0
        for stopped in rng.random(most) < later:
            parts += 1
            watch.add(bool(stopped), 0)
            if watch.shares.change is not None:
                break
        found.append(parts)
    return found


@pytest.mark.parametrize("share", [0.02, 0.1, 0.3])
def test_false_alarms_are_rare_and_twice_the_margin_is_found(share: float) -> None:
    assert np.mean(alarms_at(share, share, 40, 1500)) >= OFTEN.drift_run
    assert np.median(alarms_at(share, share + 2 * OFTEN.drift_margin, 40, 1500)) <= 400


def test_the_running_cell_is_told_of_a_model_that_stays_until_that_is_over(line: Line) -> None:
    rules, new = FEW.model_copy(update={"on_drift": "advise"}), line.succeed()
    data, keeper = line.place.data, line.keeper(rules)
    line.parts(0.1, 120)
    keeper.turn()
    assert not (data / FILE).exists(), "nothing speaks against it"
    line.parts(0.5, 100)
    keeper.turn()
    told = doubts(data)[RECIPE]
    english, korean = render(told.why), render(told.why, "ko")
    assert told.package == new.fingerprint
    assert "8.0%" in english
    assert "go back to the model before" in english
    assert "되돌리" in korean
    line.keeper(rules).turn()
    assert doubts(data) == {RECIPE: told}, "a restart changes nothing"
    line.parts(0.08, 300)
    keeper.turn()
    assert standing(keeper, new).shares.change is None
    assert doubts(data) == {}
    assert (data / FILE).exists(), "and that is told"


def test_another_model_takes_the_doubt_along(line: Line) -> None:
    rules, new = FEW.model_copy(update={"on_drift": "advise"}), line.succeed()
    line.parts(0.1, 120), line.parts(0.5, 100)
    keeper = line.keeper(rules)
    keeper.turn()
    assert doubts(line.place.data)[RECIPE].package == new.fingerprint
    line.place.registry.roll_back(RECIPE, ADMIN, line.place.tick(), why="x")
    keeper.turn()
    assert doubts(line.place.data) == {}


def test_what_cannot_be_looked_at_leaves_what_was_told(line: Line) -> None:
    rules = FEW.model_copy(update={"on_drift": "advise"})
    line.succeed(), line.parts(0.1, 120), line.parts(0.5, 100)
    line.keeper(rules).turn()
    told = doubts(line.place.data)
    away = line.place.data / "away"
    away.mkdir()
    for file in line.place.data.glob("journal.db*"):
        file.rename(away / file.name)
    (line.place.data / "journal.db").write_bytes(b"no journal" * 500)
    blind = line.keeper(rules)
    blind.turn()
    assert blind.problem
    assert doubts(line.place.data) == told != {}
    for file in away.iterdir():
        file.replace(line.place.data / file.name)


@pytest.mark.parametrize("share", [0.1, 0.3])
def test_a_change_that_goes_back_is_over_and_one_that_stays_is_not(share: float) -> None:
    rng, stands, back = np.random.default_rng(3), 0, 0
    for _ in range(20):
        watch = ShareWatch(OFTEN, (int(1000 * share), 1000))
        for at in (share, share + 0.3):
            for stopped in rng.random(1000) < at:
                watch.add(bool(stopped), 0)
        stands += watch.shares.change is not None
        for stopped in rng.random(600) < share:
            watch.add(bool(stopped), 0)
        back += watch.shares.change is None
    assert (stands, back >= 19) == (20, True), back
