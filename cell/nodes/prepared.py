"""How a node is asked to get ready for a change of the recipe. It answers at once, works in a
thread of its own, and tells with its heartbeats when it is ready, or why it cannot be.
"""

from __future__ import annotations

from collections.abc import Callable

from inspection_cell_interfaces.srv import PrepareRecipe

from cell.nodes.base import CellNode
from models.ground.errors import UserError

Prepare = Callable[[str, str], None]
"""Get ready to work by a recipe (its name, its pin); raises a UserError where it cannot."""


class PreparingService:
    """`<node>/prepare_recipe`."""

    def __init__(self, node: CellNode, prepare: Prepare, let_go: Callable[[], None]) -> None:
        self._node, self._prepare, self._let_go = node, prepare, let_go
        node.preparation = "", ""
        node.create_service(PrepareRecipe, f"{node.role}/prepare_recipe", self._on_request)

    def _on_request(
        self, request: PrepareRecipe.Request, response: PrepareRecipe.Response
    ) -> PrepareRecipe.Response:
        name, pin = request.recipe, request.works_by
        self._node.preparation = "", ""
        if name:
            self._node.start_worker("prepare", lambda _: self._work(name, pin), once=True)
        else:
            self._let_go()
        response.accepted = True
        return response

    def _work(self, name: str, pin: str) -> None:
        message = ""
        try:
            self._prepare(name, pin)
        except UserError as error:
            message = str(error)
        self._node.preparation = pin, message
