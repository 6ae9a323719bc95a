"""What people chose stands in the journal: whoever is started anew goes by it, not by the
configuration.
"""

from __future__ import annotations

import os
import signal

import pytest

from cell.control.ledger.events import Inspected
from cell.records.journal import Journal
from tests.system.changes import Chooser
from tests.system.conftest import Bench


@pytest.mark.cell
def test_a_chosen_recipe_outlives_inspector_and_supervisor(bench: Bench) -> None:
    bench.until(lambda: bench.state.state == "running")
    kill(bench, "supervisor")
    bench.cleared()
    chooser = Chooser(bench)
    assert chooser.order("pcb_b") == ""
    chooser.close()
    bench.until(lambda: bench.state.recipe.startswith("pcb_b@"))
    for node in ("inspector", "supervisor"):
        kill(bench, node)
        bench.clear()
        assert bench.state.recipe.startswith("pcb_b@")
        done = len(inspected_by(bench, "pcb_b"))
        bench.until(lambda done=done: len(inspected_by(bench, "pcb_b")) > done)  # type: ignore[misc]


def kill(bench: Bench, node: str) -> None:
    before = bench.session.group.pids()[node]
    os.kill(before, signal.SIGKILL)
    bench.until(lambda: bench.session.group.pids()[node] != before)
    bench.until(lambda: bench.state.state == "purge_required")


def inspected_by(bench: Bench, recipe: str) -> list[Inspected]:
    """Inspections in the journal that this recipe made, and that counted."""
    with Journal.follow(bench.session.config.data_dir / "journal.db") as journal:
        events = [e for _, e in journal.read() if isinstance(e, Inspected)]
    return [e for e in events if e.inspection.ok and e.inspection.recipe.startswith(f"{recipe}@")]
