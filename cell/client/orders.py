"""Orders as people give them, from whatever face: allowed by their role, taken down before they are
carried out, and passed on with their giver's name.
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import asdict, replace
from functools import partial
from typing import Final, Protocol

from cell.client.link import BinOrder, OverrideOrder, ReassessOrder, RecipeOrder, ShelveOrder
from cell.client.reply import NO_ANSWER, Reply, afterwards
from cell.control.ledger.observations import Order
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.people.roles import ForbiddenError, Permission, require
from cell.texts import bare, read, say
from models.ground.errors import UserError

NEEDS: Final = {
    Order.STOP: Permission.STOP,
    Order.CHANGE_RECIPE: Permission.CHANGE_RECIPE,
    Order.DRAIN_AND_CHANGE: Permission.CHANGE_RECIPE,
    Order.PREPARE_RECIPE: Permission.CHANGE_RECIPE,
}
"""What an order needs, where it is not OPERATE."""


def needs(order: Order) -> Permission:
    """What a role must allow for this order."""
    return NEEDS.get(order, Permission.OPERATE)


RECALL_S: Final = 6.0
RECALL_EVERY_S: Final = 0.25
"""An override waits so long for an arm that is called back, and asks so often."""


class Commands(Protocol):
    """What the cell's link can be told."""

    def command(self, command: Order, person: str) -> Reply:
        """Give one of the plain orders."""

    def acknowledge(self, alarm: str, person: str) -> Reply:
        """Acknowledge one alarm, or all with ''."""

    def set_recipe(self, order: RecipeOrder) -> Reply:
        """Order a change of the recipe."""

    def override(self, order: OverrideOrder) -> Reply:
        """Replace a part's verdict."""

    def reassess(self, order: ReassessOrder) -> Reply:
        """Say what a part that is through was in truth, or withdraw it."""

    def shelve(self, order: ShelveOrder) -> Reply:
        """Put an alarm out of sight for a while, or back in sight."""

    def exchange_bin(self, order: BinOrder) -> Reply:
        """Take a bin out, or put an empty one in its place."""


class Orders:
    """Its methods wait for the cell's answer: call them off the event loop.

    An order that the log cannot take down is not given, except the one to stop.
    """

    def __init__(self, link: Commands, notes: Notes) -> None:
        self._link, self._notes = link, notes

    def command(self, by: SignedIn, order: Order) -> Reply:
        """Give one of the plain orders."""
        what = f"order.{order}"
        refused = self._refused(by, needs(order), what, may_go_unnoted=order is Order.STOP)
        return refused or self._told(by, what, self._link.command(order, by.name))

    def acknowledge(self, by: SignedIn, alarm: str) -> Reply:
        """Acknowledge one alarm by its id, or all with ''."""
        what = "order.acknowledge"
        refused = self._refused(by, Permission.OPERATE, what, alarm)
        return refused or self._told(by, what, self._link.acknowledge(alarm, by.name), alarm)

    def set_recipe(self, by: SignedIn, order: RecipeOrder, before: str = "") -> Reply:
        """Order a change of the recipe. `before`: the one in use, for the log."""
        order, what = replace(order, person=by.name), "order.recipe"
        wanted = {k: v for k, v in asdict(order).items() if k not in ("person", "reason")}
        refused = self._refused(
            by, Permission.CHANGE_RECIPE, what, order.recipe, before, wanted, order.reason
        )
        return refused or self._told(by, what, self._link.set_recipe(order), order.recipe)

    def override(self, by: SignedIn, order: OverrideOrder, before: str = "") -> Reply:
        """Replace the verdict of a part that is not disposed of yet. `before`: its verdict."""
        order, what = replace(order, person=by.name), "order.override"
        wanted = {"verdict": order.verdict, "bin": order.bin}
        refused = self._refused(
            by, Permission.OVERRIDE, what, order.part, before, wanted, order.reason
        )
        return refused or self._told(by, what, self._overridden(order), order.part)

    def _overridden(self, order: OverrideOrder) -> Reply:
        """An arm that waits for the part is called back first: asked again until it has withdrawn,
        or has the part.
        """
        until_s = time.monotonic() + RECALL_S
        reply = self._link.override(order)
        while _recalled(reply) and time.monotonic() < until_s:
            time.sleep(RECALL_EVERY_S)
            reply = self._link.override(order)
        return reply

    def reassess(self, by: SignedIn, order: ReassessOrder, before: str = "") -> Reply:
        """Say what a part that is through was in truth; '' withdraws it. `before`: what was said of
        it, or the verdict that it left with.
        """
        order, what = replace(order, person=by.name), "order.reassess"
        wanted = {"verdict": order.verdict}
        refused = self._refused(
            by, Permission.OVERRIDE, what, order.part, before, wanted, order.reason
        )
        return refused or self._told(by, what, self._link.reassess(order), order.part)

    def shelve(self, by: SignedIn, order: ShelveOrder) -> Reply:
        """Put an alarm out of sight for a while; with 0 minutes, back in sight."""
        order = replace(order, person=by.name)
        what = "order.shelve" if order.minutes else "order.unshelve"
        wanted = {"minutes": order.minutes} if order.minutes else None
        refused = self._refused(
            by, Permission.OPERATE, what, order.id, after=wanted, why=order.reason
        )
        return refused or self._told(by, what, self._link.shelve(order), order.id)

    def exchange_bin(self, by: SignedIn, order: BinOrder) -> Reply:
        """Take a bin out, or put an empty one in its place."""
        order = replace(order, person=by.name)
        what = "order.bin_out" if order.open else "order.bin_in"
        refused = self._refused(by, Permission.OPERATE, what, order.bin)
        return refused or self._told(by, what, self._link.exchange_bin(order), order.bin)

    def _refused(
        self,
        by: SignedIn,
        needs: Permission,
        what: str,
        subject: str = "",
        before: Json = None,
        after: Json = None,
        why: str = "",
        *,
        may_go_unnoted: bool = False,
    ) -> Reply | None:
        """Take the order down; why it is not passed on, None if it is."""
        refusal = ""
        try:
            require(by.role, needs)
        except ForbiddenError as error:
            refusal = str(error)
        try:
            self._notes.note(
                by, what, subject, before=before, after=after, why=why, refused=refusal
            )
        except UserError as error:
            refusal = refusal or ("" if may_go_unnoted else str(error))
        return Reply(False, refusal) if refusal else None

    def _told(self, by: SignedIn, what: str, reply: Reply, subject: str = "") -> Reply:
        """Take down, too, when the cell has refused the order or has not answered, and what a late
        answer was.
        """
        if not reply.accepted:
            self._note_end(by, what, subject, reply)
        if reply.later is not None:
            afterwards(reply.later, partial(self._note_end, by, what, subject))
        return reply

    def _note_end(self, by: SignedIn, what: str, subject: str, reply: Reply) -> None:
        why = say("command.late") if reply.accepted else ""
        with suppress(UserError):  # the order itself was taken down before
            self._notes.note(by, what, subject, why=why, refused=_refusal(reply))


def _recalled(reply: Reply) -> bool:
    text = read(bare(reply.message))
    return not reply.accepted and text is not None and text.code == "refused.override.recalled"


def _refusal(reply: Reply) -> str:
    """What the log says of a reply; '' where the order was carried out."""
    if reply.problem != NO_ANSWER:
        return reply.message or (say(reply.problem) if reply.problem else "")
    return say("command.unanswered" if reply.later is None else "command.awaited")
