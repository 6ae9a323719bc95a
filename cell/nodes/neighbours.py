"""The machines before and after the cell, between the belt's driver, messages and the ledger."""

from __future__ import annotations

from dataclasses import asdict, fields

from inspection_cell_interfaces.msg import BeltCommand, Feed, FeedSignals

from cell.control.ledger.feeding import FeedOrder
from cell.control.ledger.observations import Neighbours
from cell.texts import for_ros
from robot.base import FeedSignals as Wires
from robot.base import FeedWish


def feed_message(wires: Wires | None) -> FeedSignals:
    """What a belt's driver reads; all false where the PLC has no such signals."""
    return FeedSignals() if wires is None else FeedSignals(**asdict(wires))


def neighbours_of(message: FeedSignals) -> Neighbours:
    """The same for the ledger."""
    told = {field.name: getattr(message, field.name) for field in fields(Neighbours)}
    return Neighbours(**told)


def wish_of(command: BeltCommand) -> FeedWish:
    """What the driver is to have them told."""
    return FeedWish(
        ready=command.ready_for_parts,
        permitted=command.feed_permitted,
        passed=command.parts_passed,
        removed=command.parts_removed,
    )


def commanded(order: FeedOrder) -> dict[str, object]:
    """The fields of BeltCommand for an order of the ledger."""
    return {
        "ready_for_parts": order.ready,
        "feed_permitted": order.permitted,
        "parts_passed": order.passed & 0xFFFF_FFFF,
        "parts_removed": order.removed & 0xFFFF_FFFF,
    }


def feed_state(order: FeedOrder, signals: FeedSignals | None) -> Feed:
    """What faces show. signals: what the belt told last, None before its first word."""
    return Feed(
        signals=signals or FeedSignals(),
        ready=order.ready,
        permitted=order.permitted,
        reasons=[for_ros(reason) for reason in order.reasons],
        suspended=order.suspended.value,
        passed=order.passed & 0xFFFF_FFFF,
        removed=order.removed & 0xFFFF_FFFF,
    )
