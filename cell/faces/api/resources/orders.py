"""Orders to the cell. Each is followed by the cell's own rules, or refused with its reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fastapi import APIRouter
from pydantic import Field

from cell.client.link import BinOrder, OverrideOrder, ReassessOrder, RecipeOrder, ShelveOrder
from cell.client.model import CellView
from cell.client.reply import Reply
from cell.control.alarms import LONGEST_MIN
from cell.control.ledger.observations import COMMANDS, Order
from cell.faces.api.desk import AtDesk, By, Desk
from cell.faces.api.fields import Asked, Line, Reason, Told, Words
from cell.faces.api.keys import KEYED
from cell.faces.api.language import Reader
from cell.faces.api.problems import refused

router = APIRouter(prefix="/orders", tags=["orders"])


class MayBeOrdered(Told):
    """Whether the cell would follow the order now; refusal: why not."""

    order: str
    possible: bool
    refusal: Words


class Given(Told):
    """The cell has accepted the order."""

    order: str
    accepted: Literal[True] = True


class AlarmSeen(Asked):
    """Which alarm somebody has seen."""

    alarm: Line = Field("", description="Its id; empty: all of them.")


class AlarmShelved(Asked):
    """Which alarm is put out of sight, why and for how long."""

    alarm: Reason = Field(description="Its id; none that stops the cell or guards people.")
    minutes: int = Field(ge=1, le=LONGEST_MIN, description="It comes back by itself then.")
    reason: Reason = Field(description="Why, for the records.")


class AlarmUnshelved(Asked):
    """Which alarm is put back in sight."""

    alarm: Reason = Field(description="Its id.")


class BinMoved(Asked):
    """Which bin, and whether it is taken out or an empty one is in its place."""

    bin: Reason
    open: bool = Field(description="true: is taken out; false: an empty one is in place.")


class OtherRecipe(Asked):
    """Another recipe."""

    recipe: Reason = Field(description="Its name.")
    reason: Reason = Field(description="Why, for the records.")
    drain: bool = Field(False, description="With parts on the belt: let them through first.")
    prepare_only: bool = Field(
        False, description="Load it beside the one in use, take it up later by the same order."
    )


class OtherVerdict(Asked):
    """Another verdict for a part that is not disposed of yet."""

    part: Reason
    verdict: Literal["pass", "reject", "review"]
    bin: Line = Field("", description="For a reject; empty lets the recipe choose.")
    reason: Reason = Field(description="Why, for the records.")


class SaidAfter(Asked):
    """What a part that is through was in truth."""

    part: Reason
    verdict: Literal["pass", "reject", "withdrawn"] = Field(
        description="pass: it was good; reject: it has a defect; withdrawn: nothing is said of it."
    )
    reason: Line = Field("", description="Why, for the records.")


@router.get("")
def list_orders(desk: AtDesk, lang: Reader) -> list[MayBeOrdered]:
    """What the cell would follow now, and why not. Roles are another matter."""
    cell = desk.link.view().cell
    refusals = cell.refusals if cell else {}
    return [
        MayBeOrdered(order=name, possible=not why, refusal=Words.of(why, lang))
        for name, why in refusals.items()
    ]


def _command(order: Order) -> Callable[..., Given]:
    def give(desk: AtDesk, by: By) -> Given:
        return _given(desk, order, desk.orders.command(by, order))

    return give


MEANING = {
    Order.START: "Let the belt run.",
    Order.STOP: "Stop the belt; parts stay on it. Everybody may.",
    Order.DRAIN: "Let the parts of now through, then stop.",
    Order.RESET: "Leave a fault whose cause is over.",
    Order.CONFIRM_CLEAR: "Confirm that a person has cleared the belt: open parts count as purged.",
}
for _order in COMMANDS:
    router.add_api_route(
        f"/{_order}",
        _command(_order),
        methods=["POST"],
        name=f"order_{_order}",
        dependencies=KEYED,
        description=MEANING[_order],
    )


@router.post("/acknowledge", name="order_acknowledge", dependencies=KEYED)
def acknowledge(desk: AtDesk, by: By, seen: AlarmSeen) -> Given:
    """Acknowledge one alarm, or all."""
    return _given(desk, Order.ACKNOWLEDGE, desk.orders.acknowledge(by, seen.alarm))


@router.post("/shelve", name="order_shelve", dependencies=KEYED)
def shelve(desk: AtDesk, by: By, wish: AlarmShelved) -> Given:
    """Put an alarm out of sight for a while. It stays in its own list."""
    order = ShelveOrder(wish.alarm, by.name, wish.reason, wish.minutes)
    return _given(desk, "shelve", desk.orders.shelve(by, order))


@router.post("/unshelve", name="order_unshelve", dependencies=KEYED)
def unshelve(desk: AtDesk, by: By, wish: AlarmUnshelved) -> Given:
    """Put an alarm back in sight."""
    return _given(desk, "unshelve", desk.orders.shelve(by, ShelveOrder(wish.alarm, by.name)))


@router.post("/bin", name="order_bin", dependencies=KEYED)
def exchange_bin(desk: AtDesk, by: By, moved: BinMoved) -> Given:
    """Take a bin out, which stops the cell, or say that an empty one is in its place."""
    order = BinOrder(moved.bin, by.name, moved.open)
    return _given(desk, "bin", desk.orders.exchange_bin(by, order))


@router.post("/recipe", name="order_recipe", dependencies=KEYED)
def recipe(desk: AtDesk, by: By, other: OtherRecipe) -> Given:
    """Change the recipe. Accepted means begun: `/state` tells how far it is."""
    order = RecipeOrder(other.recipe, by.name, other.reason, other.drain, other.prepare_only)
    cell = desk.link.view().cell
    reply = desk.orders.set_recipe(by, order, cell.recipe if cell else "")
    return _given(desk, Order.CHANGE_RECIPE, reply)


@router.post("/override", name="order_override", dependencies=KEYED)
def override(desk: AtDesk, by: By, other: OtherVerdict) -> Given:
    """Replace the verdict of a part that is still on the belt."""
    order = OverrideOrder(other.part, other.verdict, by.name, other.reason, other.bin)
    before = _verdict(desk.link.view(), other.part)
    return _given(desk, "override", desk.orders.override(by, order, before))


@router.post("/reassess", name="order_reassess", dependencies=KEYED)
def reassess(desk: AtDesk, by: By, said: SaidAfter) -> Given:
    """Say after the fact what a part was in truth: for the records, quality and labels. The part's
    verdict and end stay as they are.
    """
    verdict = "" if said.verdict == "withdrawn" else said.verdict
    order = ReassessOrder(said.part, verdict, by.name, said.reason)
    found = (one for one in desk.link.view().closed if one.part == said.part)
    before = next((str(one.said or one.verdict) for one in found), "")
    return _given(desk, "reassess", desk.orders.reassess(by, order, before))


def _verdict(view: CellView, part: str) -> str:
    return next((one.verdict.value for one in view.parts if one.part == part), "")


def _given(desk: Desk, order: str, reply: Reply) -> Given:
    given = Given(order=str(order))
    if not reply.accepted:
        raise refused(reply, desk.config.hmi.service_timeout_s, given.model_dump_json())
    return given
