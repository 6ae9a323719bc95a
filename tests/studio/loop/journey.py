"""From the first part that escapes to a model that misses none."""

from __future__ import annotations

import time

from cell.labels.reasons import Why
from cell.promotion.asking import Porter
from cell.promotion.gate import Outcome
from cell.promotion.model import Model
from cell.promotion.registry import Registry
from cell.promotion.states import State
from cell.training.values import State as JobState
from tests.studio.app import Unwritten
from tests.studio.loop.discs import NEW
from tests.studio.loop.engineer import Engineer
from tests.studio.loop.line import Line
from tests.studio.loop.steps import Steps, console
from tests.studio.loop.written import WrittenLine

ALL_KINDS = ("scratch", "pit", NEW)
SET, WHY = "with-stains", "finds the stains of the new coolant"
A_PART_S = 20.0
"""Longest that a part may take on a busy machine."""


class Journey:
    """From the first part that escapes to a model that misses none."""

    def __init__(self, line: Line | WrittenLine, kim: Engineer, parts: int, steps: Steps) -> None:
        self.line, self.kim, self.parts, self.steps = line, kim, parts, steps
        self.registry = Registry(line.data, Unwritten())
        self.porter = Porter(self.registry, kim.book, line.config.promotion)

    def run(self, overrides: int, share: float) -> None:
        """All of it."""
        with self.steps.step("the cell starts"):
            self.line.start()
        with self.steps.step("parts of the new kind pass, and are overridden") as told:
            self._override(overrides, told)
        with self.steps.step("labelled, a second person looks") as told:
            told.append(f"{self._label()} labels")
        with self.steps.step("frozen, training ordered"):
            self._order_training()
        with self.steps.step("trained") as told:
            self._trained(told)
        with self.steps.step("taken in, tried on the locked share") as told:
            self._try(told)
        with self.steps.step(f"in the shadow of {self.parts} parts, disagreements judged") as told:
            self._shadow(share, told)
        with self.steps.step("the gate lets it judge") as told:
            self._promote(told)
        with self.steps.step("the cell goes by it") as told:
            told.append(self._take_up())
        with self.steps.step(f"{self.parts} more parts") as told:
            self._judge(share, told)

    def _override(self, wanted: int, told: list[str]) -> None:
        line, kim = self.line, self.kim
        kim.come("kim")
        line.spoil((NEW,), 0.6)
        line.feed(on=True)
        if isinstance(line, WrittenLine):
            line.wait(lambda: line.missed(NEW) >= wanted, "enough have passed", 600)
            done = line.refuse(NEW, wanted)
        else:
            done = kim.override(NEW, wanted, wanted * 4 * A_PART_S)
        line.feed(on=False)
        self._belt_empty()
        told.append(f"{len(done)} overridden")
        told.append(self._escapes(0))
        line.wait(lambda: self._queued(Why.OVERRIDE) >= wanted, "they are queued", 300)

    def _queued(self, why: Why) -> int:
        items = self.kim.book.queue(time.time_ns(), why=why).items
        return len(items)

    def _label(self) -> int:
        done = 0
        for person in ("kim", "sun", "kim"):
            self.kim.come(person)
            done += self.kim.label_all()
        return done

    def _order_training(self) -> None:
        kim = self.kim
        kim.come("kim")
        kim.open("/studio/sets")
        kim.freeze(SET)
        kim.shows("sets", SET)
        name = f"recipe-{SET}"
        kim.waits(lambda: kim.find(name), "the training's form")
        if "disc" not in kim.browser.execute_script(
            "return document.querySelector(arguments[0]).value ?? ''", f'[data-test="{name}"]'
        ):
            kim.choose(name, "disc")
        kim.go(f"train-{SET}")
        kim.waits(lambda: "/studio/training" in kim.browser.current_url, "the page Training")

    def _trained(self, told: list[str]) -> None:
        kim, state = self.kim, JobState.DONE

        def done() -> bool:
            words = kim.text("jobs")
            return f"take-in-{self._job}" in kim.browser.page_source and "mAP50" in words

        self._job = 2
        kim.waits(lambda: kim.text(f"measured-{self._job}") and done(), f"it is {state}", 3600)
        told.append(kim.text(f"measured-{self._job}"))

    def _try(self, told: list[str]) -> None:
        kim = self.kim
        kim.go(f"take-in-{self._job}")
        kim.waits(lambda: self._candidate() is not None, "it is a candidate")
        kim.go(f"models-of-{self._job}")
        card = self._card()
        kim.waits(lambda: kim.find(card), "its card")
        kim.press_in(card, f"look-{self._candidate_there().short}")
        kim.waits(lambda: "have inspected" in kim.body(), "both have looked", 1800)
        told.append(kim.text("outcome"))
        kim.waits(lambda: kim.find(card), "its card")
        kim.gives_reason(card, "shadow", "shall see the line")

    def _shadow(self, share: float, told: list[str]) -> None:
        line, before = self.line, len(self.line.eyes.discs())
        line.spoil(ALL_KINDS, share)
        line.feed(on=True)
        match = self.registry.match(self._candidate_there())
        least = line.config.promotion.least_line_parts

        def seen() -> int:
            return len(self.registry.line_parts(match))

        def shown() -> bool:
            console.print(f"    {seen()} parts seen", end="\r")
            return seen() >= least

        labels = self.kim.label_all(lambda: not shown())
        line.feed(on=False)
        self._belt_empty()
        told.append(f"{len(line.eyes.discs()) - before} parts came, {seen()} seen by both")
        for person in ("sun", "kim", "sun"):
            self.kim.come(person)
            labels += self.kim.label_all()
        told.append(f"{labels} labels")

    def _promote(self, told: list[str]) -> None:
        kim, card = self.kim, self._card()
        asked = self.porter.ask(self._candidate_there())
        assert asked is not None
        for one in asked.decision.conditions:
            told.append(f"{one.what}: {one.standing}, {one.bad} of {one.seen}")
        assert asked.decision.outcome is Outcome.PASS, asked
        kim.come("kim")
        kim.open("/studio/models")
        kim.gives_reason(card, "promote", WHY)
        name = card.removeprefix("model-")

        def judges() -> bool:
            return self.registry.find(name, "disc").state is State.ACTIVE

        kim.waits(judges, "it is the one that judges")

    def _take_up(self) -> str:
        """The cell runs on meanwhile."""
        promoted = self.registry.find(self.registry.chosen()["disc"], "disc")
        move = self.registry.events("disc", promoted.fingerprint)[-1]
        taken_ns = self.line.goes_by(promoted.identity)
        return f"{(taken_ns - move.at_ns) * 1e-9:.1f} s after the promotion"

    def _judge(self, share: float, told: list[str]) -> None:
        line = self.line
        before = set(line.eyes.discs())
        line.spoil(ALL_KINDS, share)
        line.feed(on=True)

        def came() -> int:
            return len(line.eyes.discs()) - len(before)

        line.wait(lambda: came() >= self.parts, "the parts came", self.parts * A_PART_S)
        line.feed(on=False)
        self._belt_empty()
        told.append(f"{came()} parts")
        told.append(self._escapes(len(before)))
        fresh = [one for part, one in line.eyes.discs().items() if part not in before]
        escaped = [one for one in fresh if NEW in one.kinds and one.where == "passed"]
        assert any(NEW in one.kinds for one in fresh), "none of the new kind came"
        assert not escaped, escaped

    def _escapes(self, after: int) -> str:
        """Of the new kind, among the parts after the first so many."""
        fresh = list(self.line.eyes.discs().values())[after:]
        new = [one for one in fresh if NEW in one.kinds]
        escaped = sum(one.where == "passed" for one in new)
        good = [one for one in fresh if not one.kinds]
        lost = sum(one.where != "passed" for one in good)
        return f"{escaped} of {len(new)} with {NEW} passed; {lost} of {len(good)} good not"

    def _belt_empty(self) -> None:
        self.line.wait(self.line.empty, "the belt is empty", 300)

    def _candidate(self) -> Model | None:
        waiting = (State.CANDIDATE, State.SHADOW)
        models = [one for one in self.registry.models("disc") if one.state in waiting]
        return models[-1] if models else None

    def _candidate_there(self) -> Model:
        found = self._candidate()
        assert found is not None
        return found

    def _card(self) -> str:
        return f"model-{self._candidate_there().short}"
