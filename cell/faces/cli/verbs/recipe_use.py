"""`cell recipe use`: change a running cell over to another recipe, and follow it to the end."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer
from inspection_cell_interfaces.msg import CellState, Order

from cell.client.following import ChangeSeen, Following, Outcome
from cell.client.link import RecipeOrder
from cell.client.running import RunningCell
from cell.faces.cli.errors import UsageError
from cell.faces.cli.given import refuse
from cell.faces.cli.ordering import NO, Asked, Config, Data, Domain, Namespace, Person, acting, desk
from cell.faces.cli.verbs.recipe import Name
from cell.texts import render
from vision.lab.data.names import printable

SILENT_S = 3.0
OTHERWISE = {
    Order.DRAIN_AND_CHANGE: "--drain lets the parts through first",
    Order.PREPARE_RECIPE: "--prepare-only lets them run on",
}
"""Other orders than to change at once."""


def use(
    context: typer.Context,
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for the records.")],
    person: Person = None,
    drain: Annotated[
        bool, typer.Option("--drain", help="With parts on the belt: let them through first.")
    ] = False,
    prepare_only: Annotated[
        bool,
        typer.Option("--prepare-only", help="Load it beside the one in use; take it up later."),
    ] = False,
    timeout: Annotated[
        float, typer.Option(min=1.0, max=3600.0, help="Seconds for which to follow the change.")
    ] = 180.0,
    domain: Domain = None,
    namespace: Namespace = None,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change the running cell over to a recipe, and follow the change until it is taken up.

    The cell works on by its present recipe while its nodes load the new one; it is taken up on a
    standing, empty belt, by all nodes or by none. Ctrl-C ends the following, not the change.
    Exit code 0 when it is taken up (or prepared), 1 when the cell refuses or cannot follow (then
    nothing has changed), 2 when no cell answers or the end was not seen in time.
    """
    if not reason.strip():
        raise UsageError("--reason is empty: it goes into the records; say it in words.")
    if prepare_only:
        refuse(context, "beside --prepare-only, which leaves the belt as it is", "drain")
    order = RecipeOrder(name, acting(person).name, reason, drain, prepare_only)
    _change(order, Asked(person, domain, namespace, data, config), timeout)


def _change(order: RecipeOrder, asked: Asked, timeout_s: float) -> None:
    """Give the order, and follow it to its end."""
    by = acting(asked.person)
    with RunningCell(asked.domain, asked.space) as cell:
        before = str(cell.find().recipe)
        with desk(cell, asked) as orders:
            answer = orders.set_recipe(by, order, before)
        if not answer.accepted:
            _end(f"refused: {render(answer.message)}{_hint(order, cell.state)}")
        following = Following(order.recipe, time.monotonic(), prepare_only=order.prepare_only)
        outcome = _followed(cell, following, timeout_s)
        assert cell.state is not None
        _conclude(outcome, before, cell.state)


def _hint(order: RecipeOrder, state: CellState | None) -> str:
    """What else could have been asked for, where the cell as it is stands in the way."""
    refused = {told.name: told.refusal for told in state.orders} if state else {}
    if order.drain or order.prepare_only or not refused.get(Order.CHANGE_RECIPE):
        return ""
    others = [words for name, words in OTHERWISE.items() if refused.get(name) == ""]
    return f" ({'; '.join(others)})" if others else ""


def _followed(cell: RunningCell, following: Following, timeout_s: float) -> Outcome:
    try:
        return _follow(cell, following, timeout_s)
    except KeyboardInterrupt:
        _say("not followed any longer; the change goes on.")
        raise


def _follow(cell: RunningCell, following: Following, timeout_s: float) -> Outcome:
    """Tell each step on the error stream, until the end."""
    deadline, told = time.monotonic() + timeout_s, ""
    while True:
        cell.turn()
        now_s, state = time.monotonic(), cell.state
        assert state is not None
        outcome = following.hear(seen(state), now_s)
        if outcome is not Outcome.GOING:
            return outcome
        silent = now_s - cell.heard_s > SILENT_S
        step = "the cell is silent; waiting for it" if silent else _step(state)
        if step and step != told:
            _say(step)
            told = step
        if now_s > deadline:
            raise UsageError(
                f"not finished after {timeout_s:g} s ({told or 'not begun'}): the change goes on; "
                "look at the operator's page, or follow it longer with --timeout."
            )


def seen(state: CellState) -> ChangeSeen:
    """What a cell state tells of the change."""
    return ChangeSeen(state.recipe, state.recipe_next, state.change, state.change_message)


def _step(state: CellState) -> str:
    words: dict[str, str] = {
        CellState.PREPARING: "preparing {next}: every node loads it beside {recipe}",
        CellState.PREPARED: "{next} is prepared",
        CellState.DRAINING: "letting the parts through: {parts} on the belt",
        CellState.TAKING_UP: "taking up {recipe}",
    }
    if state.change == CellState.DRAINING and not state.on_belt:
        return "waiting until the belt stands"
    told = words.get(state.change, str(state.change))
    return told.format(next=state.recipe_next, recipe=state.recipe, parts=state.on_belt)


def _conclude(outcome: Outcome, before: str, state: CellState) -> None:
    if outcome is Outcome.FAILED:
        why = render(state.change_message) or f"the cell goes on with {state.recipe}"
        _end(f"not taken up: {why}")
    if outcome is Outcome.PREPARED:
        done = f"{state.recipe_next} is prepared; without --prepare-only, the order takes it up."
    else:
        done = f"{state.recipe} is in use (before: {before})."
    print(printable(done))


def _end(words: str) -> None:
    _say(words)
    raise typer.Exit(NO)


def _say(words: str) -> None:
    print(printable(words), file=sys.stderr, flush=True)
