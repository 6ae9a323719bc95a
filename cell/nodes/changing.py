"""The supervisor's shell around a change of the recipe or of its model: files are read in a thread
of their own, nodes are asked by PrepareRecipe.srv, `Changeover` decides, and `Succession` when a
model that people have let through is taken up.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from typing import Final

from inspection_cell_interfaces.srv import PrepareRecipe

from cell.control.changeover import (
    Action,
    Changeover,
    Drain,
    LetGo,
    RunOn,
    Seen,
    Step,
    TakeUp,
    Wish,
)
from cell.control.ledger import observations as o
from cell.control.ledger.config import LedgerConfig
from cell.control.succession import Succession
from cell.control.watch import Watch
from cell.nodes.base import CellNode
from cell.nodes.choices import ChoiceWatch
from cell.products.lookup import InspectionParts, load_inspection_parts
from cell.texts import say
from models.ground.errors import UserError

PREPARING = ("inspector", "robot")
"""Nodes that must be able to work by a recipe; the others get its measures with each order."""
JUDGING = ("inspector",)
"""Those to whom it matters which model names the defects."""

DOUBTED: Final = "inspector.model_doubted"
"""The alarm that something speaks against the model that judges."""

Tell = Callable[[o.Observation], tuple[bool, str]]


class Changing:
    """Carries a change through. `parts`: what the cell works by."""

    def __init__(
        self, node: CellNode, config: LedgerConfig, watch: Watch, tell: Tell, parts: InspectionParts
    ) -> None:
        self._node, self._config, self._watch, self._tell = node, config, watch, tell
        self.parts = parts
        self.change = Changeover()
        self.succession = Succession()
        self._choices = ChoiceWatch(node)
        self._kept_wish: Wish | None = None
        self._loaded: queue.SimpleQueue[tuple[Wish, InspectionParts | str]] = queue.SimpleQueue()
        self._clients = {
            name: node.create_client(PrepareRecipe, f"{name}/prepare_recipe") for name in PREPARING
        }

    @property
    def advisories(self) -> dict[str, str]:
        """What people should look at: alarm and detail."""
        doubt = self._choices.doubts.get(self.parts.recipe.name)
        doubted = doubt is not None and doubt.package == self.parts.package
        told = {DOUBTED: doubt.why} if doubt is not None and doubted else {}
        return self.succession.advisories | told

    def begin(self) -> None:
        """Begin to watch which models people let through."""
        self._choices.start()

    def order(self, wish: Wish, seen: Seen) -> str:
        """Begin; '' when it was begun, else why not."""
        refusal = self.change.obstacle(wish, seen)
        if not refusal:
            self._kept_wish = None
            self._begin(wish, PREPARING)
        return refusal

    def _begin(self, wish: Wish, nodes: tuple[str, ...]) -> None:
        if self.change.begin(wish, self.parts, nodes, time.monotonic()):
            self._node.start_worker("recipe", lambda _: self._load(wish), once=True)

    def behind(self) -> list[str]:
        """Nodes that work by another recipe than the ledger's."""
        beats = [self._watch.last(node) for node in PREPARING]
        mine = ("", str(self.parts.pin))
        return [b.node for b in beats if b is not None and b.works_by not in mine]

    def look(self, seen: Seen) -> None:
        """Get on; call a few times a second, in the executor's thread."""
        under_way = not self.change.idle and self.change.wish.live
        asked = JUDGING if under_way else PREPARING
        for node in set(asked).intersection(self._watch.missing()):
            self.change.died(node)  # and with it what it had prepared
        for node in PREPARING:
            if (beat := self._watch.last(node)) is not None:
                self.change.heard(node, beat.boot_id)
        while not self._loaded.empty():
            self._on_loaded(*self._loaded.get())
        self._hear()
        for action in self.change.next(time.monotonic(), seen):
            self._do(action)
        if under_way and self.change.idle and self.change.message:
            self.succession.failed(self.change.message, time.monotonic())
        self._look_for_a_model()

    def _look_for_a_model(self) -> None:
        """Whether people have let another model judge; it is taken up while the line runs."""
        found = self._choices.new()
        if found is not None:
            self.succession.heard(found)
        if not self.change.idle or set(JUDGING).intersection(self._watch.missing()):
            return
        recipe, package = self.parts.recipe, self.parts.package
        wish = self.succession.next(recipe.name, recipe.version, package, time.monotonic())
        if wish is not None:
            if self.change.step is Step.PREPARED:  # somebody's next recipe: made ready again
                self._kept_wish = self.change.wish
            self._begin(wish, JUDGING)
        elif self._kept_wish is not None:
            kept, self._kept_wish = self._kept_wish, None
            self._begin(kept, PREPARING)

    def _load(self, wish: Wish) -> None:
        try:
            parts = load_inspection_parts(self._node.config, wish.recipe, pinned=wish.package)
            self._config.require_part(parts.recipe.part.size_m[0])
            self._loaded.put((wish, parts))
        except UserError as error:
            self._loaded.put((wish, str(error)))

    def _on_loaded(self, read_for: Wish, found: InspectionParts | str) -> None:
        if read_for != self.change.wish:
            return  # that order has ended meanwhile, as by a node's death, and another one begun
        refusal = found if isinstance(found, str) else self._refusal(found)
        if refusal:
            wish = self.change.wish
            if not isinstance(found, str) and wish.version not in ("", found.recipe.version):
                self.succession.passed_over(wish)
            wanted = self.change.recipe.partition("@")[0]
            self.change.answered("supervisor", wanted, refusal)
            return
        assert not isinstance(found, str)  # or it refuses
        self.change.loaded(found)
        for name in JUDGING if self.change.wish.live else PREPARING:
            self._ask(name, found)

    def _refusal(self, found: InspectionParts) -> str:
        """Why the cell cannot change to what was read, '' where it can."""
        old = self.parts
        if found.written == old.written:
            return ""
        if found.recipe.identity == old.recipe.identity:
            return say("refused.recipe.edited", recipe=old.recipe.identity)
        wish = self.change.wish
        if wish.version == found.recipe.version and _only_thresholds(found, old):
            return ""
        if wish.live:
            new, now = found.recipe.identity, old.recipe.identity
            return say("model.other_recipe", new=new, now=now)
        return ""

    def _ask(self, name: str, parts: InspectionParts) -> None:
        client = self._clients[name]
        if client.service_is_ready():
            request = PrepareRecipe.Request(recipe=parts.recipe.name, works_by=str(parts.pin))
            client.call_async(request)
            beat = self._watch.last(name)
            self.change.asked(name, "" if beat is None else beat.boot_id)
        else:
            self.change.answered(name, parts.recipe.name, say("recipe.not_answering"))

    def _hear(self) -> None:
        """Heartbeats tell who is ready, and why one cannot be."""
        wanted = self.change.parts
        if wanted is None:
            return
        for node in PREPARING:
            beat = self._watch.last(node)
            if beat is not None and beat.prepared[0] == str(wanted.pin):
                self.change.answered(node, wanted.recipe.name, beat.prepared[1])

    def _do(self, action: Action) -> None:
        now_ns = self._node.now_ns()
        match action:
            case Drain(person=person):
                self._tell(o.Command(stamp_ns=now_ns, name="drain", person=person))
            case RunOn(person=person):
                self._tell(o.Command(stamp_ns=now_ns, name="start", person=person))
            case TakeUp(parts=parts, person=person, reason=reason, live=live):
                choice = o.SelectRecipe(
                    stamp_ns=now_ns, recipe=parts.recipe, person=person, reason=reason,
                    model=parts.identity, package=parts.package, live=live,
                )  # fmt: skip
                accepted, message = self._tell(choice)
                if accepted:
                    self.parts = parts
                else:
                    self.change.refused(message)
            case LetGo():
                for client in self._clients.values():
                    if client.service_is_ready():
                        client.call_async(PrepareRecipe.Request())


def _only_thresholds(found: InspectionParts, old: InspectionParts) -> bool:
    """Whether two readings of a recipe differ in nothing else."""
    return found.recipe.but_thresholds == old.recipe.but_thresholds
