"""What people chose stands in the journal: whoever is started anew goes by it, not by the
configuration. A model that they let judge does so while the line runs, and outlives its inspector.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from contextlib import closing
from pathlib import Path

import pytest

from cell.control.ledger.events import Inspected
from cell.people.audit import AuditLog
from cell.people.shell import at_shell
from cell.products.lookup import MODELS
from cell.promotion.admitting import admit
from cell.promotion.model import Offer
from cell.promotion.registry import Registry
from cell.promotion.states import State
from cell.records.journal import Journal
from models.files import seal
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


@pytest.mark.cell
def test_a_promoted_model_judges_without_a_stop_and_outlives_its_inspector(
    bench: Bench, tmp_path: Path
) -> None:
    bench.until(lambda: bench.state.state == "running")
    stops, recipe = bench.state.belt_stops_fault, bench.state.recipe.partition("@")[0]
    identity = promoted(bench, recipe, tmp_path / "package")
    bench.until(lambda: bool(judged_by(bench, identity)))
    assert (bench.state.state, bench.state.belt_stops_fault) == ("running", stops)
    assert bench.state.model == identity
    kill(bench, "inspector")
    bench.clear()
    done = len(judged_by(bench, identity))
    bench.until(lambda: len(judged_by(bench, identity)) > done)


def promoted(bench: Bench, recipe: str, package: Path) -> str:
    """Another version of the shipped model, let through against the gate; its identity."""
    shutil.copytree(MODELS / "pcb", package)
    card = json.loads((package / "card.json").read_text())
    (package / "card.json").write_text(json.dumps(card | {"version": "9.9.9"}))
    seal(package)
    config, me = bench.session.config, at_shell()
    log = AuditLog(config.data_dir, config.people.keys_beside(config.data_dir))
    with closing(log), Registry(config.data_dir, log) as registry:
        model = admit(registry, config, Offer(recipe, package), me, time.time_ns())
        registry.promote(
            model, State.ACTIVE, me, time.time_ns(), why="test", rules=config.promotion,
            override=True,
        )  # fmt: skip
    return model.identity


def judged_by(bench: Bench, model: str) -> list[Inspected]:
    """Inspections in the journal that this model made, and that counted."""
    return [one for one in inspected(bench) if one.inspection.model == model]


def kill(bench: Bench, node: str) -> None:
    before = bench.session.group.pids()[node]
    os.kill(before, signal.SIGKILL)
    bench.until(lambda: bench.session.group.pids()[node] != before)
    bench.until(lambda: bench.state.state == "purge_required")


def inspected_by(bench: Bench, recipe: str) -> list[Inspected]:
    """Inspections in the journal that this recipe made, and that counted."""
    return [one for one in inspected(bench) if one.inspection.recipe.startswith(f"{recipe}@")]


def inspected(bench: Bench) -> list[Inspected]:
    """Those that counted."""
    with Journal.follow(bench.session.config.data_dir / "journal.db") as journal:
        events = [e for _, e in journal.read() if isinstance(e, Inspected)]
    return [e for e in events if e.inspection.ok]
