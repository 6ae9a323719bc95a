"""The tables as trials: node by action by state, the twin's faults, and orders to the whole."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from cell.launcher.campaign.actions import perform
from cell.launcher.campaign.cases import NODES, STATES, Cell, Need, table
from cell.launcher.campaign.faults import INJECTIONS, Injection, pairs
from cell.launcher.campaign.judging import Trial
from cell.launcher.campaign.stand import Stand

TOGETHER_S = 0.2
PRESSED_S = 1.0


def of_table() -> Iterator[Trial]:
    """One trial for each cell of the table."""
    for cell in table():
        yield Trial(
            cell.name, cell.state, partial(_perform, cell=cell), *_expected(cell),
            busy_arm=cell.node in ("robot", "supervisor"),
        )  # fmt: skip


def of_faults(seed: int, *, every_pair: bool) -> Iterator[Trial]:
    """Each fault of the twin alone, then pairs."""
    for one in INJECTIONS:
        yield Trial(
            f"fault/{one.name}", "running", partial(_inject, faults=(one,)), one.need,
            "each fault has its alarm", one.alarm, one.patience_s,
        )  # fmt: skip
    for first, second in pairs(seed, every=every_pair):
        sure = Need.ALARM in (first.need, second.need)
        yield Trial(
            f"pair/{first.name} + {second.name}",
            "running",
            partial(_inject, faults=(first, second)),
            Need.ALARM if sure else Need.EITHER,
            "at least one of the two has its alarm",
            patience_s=max(first.patience_s, second.patience_s),
        )


def of_whole() -> Iterator[Trial]:
    """Life cycle orders to all nodes, one after the other, in either order."""
    for state in STATES:
        yield Trial(
            f"whole/{state}/deactivate+activate all as listed",
            state,
            partial(_whole, nodes=NODES),
            Need.ALARM if state == "running" else Need.EITHER,
            "nobody does the work while parts ride on the belt",
        )
        yield Trial(
            f"whole/{state}/deactivate+activate all backwards",
            state,
            partial(_whole, nodes=tuple(reversed(NODES))),
            Need.EITHER,
            "the supervisor goes before it hears of the others; the state itself says so",
        )


def _perform(stand: Stand, cell: Cell) -> str:
    return perform(stand, cell.action, cell.node)


def _expected(cell: Cell) -> tuple[Need, str]:
    return cell.expected.need, cell.expected.reason


def _inject(stand: Stand, faults: tuple[Injection, ...]) -> str:
    for fault in faults:
        stand.control.ask("fault", **fault.request)
        stand.pause(TOGETHER_S)
    releases = [fault.follow_up for fault in faults if fault.follow_up is not None]
    if releases:
        stand.pause(PRESSED_S)
    for release in releases:
        stand.control.ask("fault", **release)
    return ""


def _whole(stand: Stand, nodes: tuple[str, ...]) -> str:
    problems = [stand.change(node, "deactivate") for node in nodes]
    stand.pause(PRESSED_S)
    problems += [stand.change(node, "activate") for node in nodes]
    return "; ".join(problem for problem in problems if problem)
