"""What a node keeps ready for a change of the recipe, and how it is asked for it."""

from __future__ import annotations

from collections.abc import Callable

from inspection_cell_interfaces.srv import PrepareRecipe
from rclpy.task import Future

from cell.nodes.base import STARTUP_ERRORS, CellNode
from cell.nodes.workers import Worker

Prepare = Callable[[str, str], None]
"""Get ready to work by a recipe (its name, its stamp); raises what STARTUP_ERRORS names."""


class PreparingService:
    """`/cell/<node>/prepare_recipe`. The work goes on in a thread beside the node's own."""

    def __init__(self, node: CellNode, prepare: Prepare, let_go: Callable[[], None]) -> None:
        self._node, self._prepare, self._let_go = node, prepare, let_go
        node.create_service(
            PrepareRecipe, f"/cell/{node.get_name()}/prepare_recipe", self._on_request
        )

    async def _on_request(
        self, request: PrepareRecipe.Request, response: PrepareRecipe.Response
    ) -> PrepareRecipe.Response:
        if not request.recipe:
            self._let_go()
            response.accepted = True
            return response
        done: Future = Future(executor=self._node.executor)

        def work(_: Worker) -> None:
            done.set_result(self._try(request))

        self._node.start_worker("prepare", work, once=True)
        response.message = await done
        response.accepted = not response.message
        return response

    def _try(self, request: PrepareRecipe.Request) -> str:
        try:
            self._prepare(request.recipe, request.works_by)
        except STARTUP_ERRORS as error:
            return str(error)
        return ""
