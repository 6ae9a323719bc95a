"""The supervisor's shell around a change of the recipe: files are read in a thread of their own,
nodes are asked by PrepareRecipe.srv, `Changeover` decides.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

from inspection_cell_interfaces.srv import PrepareRecipe

from cell.control.changeover import Action, Changeover, Drain, LetGo, RunOn, Seen, TakeUp, Wish
from cell.control.ledger import observations as o
from cell.control.ledger.config import LedgerConfig
from cell.control.watch import Watch
from cell.nodes.base import CellNode
from cell.products.lookup import InspectionParts, load_inspection_parts
from cell.texts import say
from models.ground.errors import UserError

PREPARING = ("inspector", "robot")
"""Nodes that must be able to work by a recipe; the others get its measures with each order."""

Tell = Callable[[o.Observation], tuple[bool, str]]


class Changing:
    """Carries a change through. `parts`: what the cell works by."""

    def __init__(
        self, node: CellNode, config: LedgerConfig, watch: Watch, tell: Tell, parts: InspectionParts
    ) -> None:
        self._node, self._config, self._watch, self._tell = node, config, watch, tell
        self.parts = parts
        self.change = Changeover()
        self._loaded: queue.SimpleQueue[InspectionParts | str] = queue.SimpleQueue()
        self._clients = {
            name: node.create_client(PrepareRecipe, f"/cell/{name}/prepare_recipe")
            for name in PREPARING
        }

    def order(self, wish: Wish, seen: Seen) -> str:
        """Begin; '' when it was begun, else why not."""
        refusal = self.change.obstacle(wish, seen)
        if not refusal and self.change.begin(wish, self.parts, PREPARING, time.monotonic()):
            name = wish.recipe
            self._node.start_worker("recipe", lambda _: self._load(name), once=True)
        return refusal

    def behind(self) -> list[str]:
        """Nodes that work by another recipe than the ledger's."""
        beats = [self._watch.last(node) for node in PREPARING]
        return [b.node for b in beats if b is not None and b.works_by not in ("", self.stamp)]

    @property
    def stamp(self) -> str:
        """Of the recipe that the cell works by."""
        return self.parts.recipe.stamp

    def look(self, seen: Seen) -> None:
        """Get on; call a few times a second, in the executor's thread."""
        for node in set(PREPARING).intersection(self._watch.missing()):
            self.change.died(node)  # and with it what it had prepared
        for node in PREPARING:
            if (beat := self._watch.last(node)) is not None:
                self.change.heard(node, beat.boot_id)
        while not self._loaded.empty():
            self._on_loaded(self._loaded.get())
        self._hear()
        for action in self.change.next(time.monotonic(), seen):
            self._do(action)

    def _load(self, name: str) -> None:
        try:
            parts = load_inspection_parts(self._node.config, name)
            self._config.require_part(parts.recipe.part.size_m[0])
            self._loaded.put(parts)
        except UserError as error:
            self._loaded.put(str(error))

    def _on_loaded(self, found: InspectionParts | str) -> None:
        wanted = self.change.recipe.partition("@")[0]
        if isinstance(found, str):
            self.change.answered("supervisor", wanted, found)
            return
        old = self.parts.recipe
        if found.recipe.identity == old.identity and found.recipe.stamp != old.stamp:
            message = say("refused.recipe.edited", recipe=old.identity)
            self.change.answered("supervisor", wanted, message)
            return
        self.change.loaded(found)
        for name in PREPARING:
            self._ask(name, found)

    def _ask(self, name: str, parts: InspectionParts) -> None:
        client = self._clients[name]
        if client.service_is_ready():
            request = PrepareRecipe.Request(recipe=parts.recipe.name, works_by=parts.recipe.stamp)
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
            if beat is not None and beat.prepared[0] == wanted.recipe.stamp:
                self.change.answered(node, wanted.recipe.name, beat.prepared[1])

    def _do(self, action: Action) -> None:
        now_ns = self._node.now_ns()
        match action:
            case Drain(person=person):
                self._tell(o.Command(stamp_ns=now_ns, name="drain", person=person))
            case RunOn(person=person):
                self._tell(o.Command(stamp_ns=now_ns, name="start", person=person))
            case TakeUp(parts=parts, person=person, reason=reason):
                choice = o.SelectRecipe(
                    stamp_ns=now_ns, recipe=parts.recipe, person=person, reason=reason
                )
                accepted, message = self._tell(choice)
                if accepted:
                    self.parts = parts
                else:
                    self.change.refused(message)
            case LetGo():
                for client in self._clients.values():
                    if client.service_is_ready():
                        client.call_async(PrepareRecipe.Request())
