"""What a model on trial says is taken down, and one that errs loses its say by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cell.config.labels import LabelsConfig
from cell.control.ledger.events import Tried
from cell.labels.book import LabelBook
from cell.products.verdict import VerdictKind
from cell.promotion import canary_watch
from cell.promotion.pairs import Source, Truth
from cell.promotion.states import State
from cell.promotion.trial_keeper import TrialKeeper
from cell.promotion.words import TRIAL
from cell.records.journal import Journal
from models.registry.chosen import choices
from tests.promotion.world import ADMIN, PASS, RECIPE, REJECT, RULES, World, world


class Line:
    """A journal in which a model on trial speaks, and people who judge."""

    def __init__(self, place: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place, self.active = place, place.adopt()
        self.canary = place.add("2")
        place.promote(self.canary, State.CANARY, ADMIN, override=True)
        self.journal = Journal.open(place.data / "journal.db")
        self.labels = LabelBook.open(place.data, LabelsConfig())
        self.truths: dict[str, Truth] = {}
        monkeypatch.setattr(canary_watch, "line_truths", lambda *_: self.truths)
        self.keeper = TrialKeeper(place.data, RULES, place.registry, self.labels, place.tick)
        self.parts = 0

    def part(self, active: VerdictKind, candidate: VerdictKind, against: str = "") -> str:
        self.parts += 1
        name = f"s-{self.parts}"
        self.journal.append(
            [
                Tried(
                    stamp_ns=self.parts, part=name, trigger=self.parts, model="m",
                    package=self.canary.fingerprint, against=against or self.active.fingerprint,
                    active=active, candidate=candidate, engine="e", total_ms=20.0, defects=(),
                    error="",
                )
            ]
        )  # fmt: skip
        return name

    @property
    def state(self) -> State:
        return self.place.registry.find(self.canary.fingerprint, RECIPE).state

    def close(self) -> None:
        self.keeper.close()
        self.labels.close()
        self.journal.close()


@pytest.fixture
def line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    with world(tmp_path) as place:
        made = Line(place, monkeypatch)
        yield made
        made.close()


def test_each_part_is_taken_down_once(line: Line) -> None:
    assert choices(line.place.data)[RECIPE].canary == line.canary.fingerprint
    first = line.part(PASS, REJECT)
    line.part(PASS, PASS, against="another model")
    line.keeper.turn()
    second = line.part(PASS, PASS)
    line.keeper.turn()
    again = TrialKeeper(line.place.data, RULES, line.place.registry, line.labels, line.place.tick)
    again.turn()
    registry = line.place.registry
    match = registry.match(line.canary)
    assert sorted(registry.line_parts(match, Source.CANARY)) == [first, second]
    assert registry.on_trial(match, {first: Truth.DEFECTIVE}).only_active == 1
    assert (line.state, line.keeper.problem, again.problem) == (State.CANARY, "", "")


def test_one_that_lets_more_through_leaves_by_itself_with_its_reason_on_record(line: Line) -> None:
    for _ in range(40):
        line.truths[line.part(REJECT, PASS)] = Truth.DEFECTIVE
    line.keeper.turn()
    assert line.state is State.CANDIDATE
    last = line.place.registry.events(RECIPE, line.canary.fingerprint)[-1]
    assert (last.person, last.why) == (TRIAL, '{"code": "trial.left.more_escapes"}')
    assert line.place.log("model.rolled_back")[0].why == last.why
    told = choices(line.place.data)[RECIPE]
    assert (told.package, told.canary, told.left) == (line.active.fingerprint, "", last.why)
    line.place.promote(line.canary, State.SHADOW)
    assert choices(line.place.data)[RECIPE].left == "", "somebody has seen to it"


def test_good_parts_and_ones_that_nobody_has_judged_end_no_trial(line: Line) -> None:
    for _ in range(200):
        line.truths[line.part(PASS, PASS)] = Truth.GOOD
        line.part(REJECT, PASS)
    line.keeper.turn()
    assert line.state is State.CANARY
