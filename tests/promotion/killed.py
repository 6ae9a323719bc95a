"""A program that lets thresholds count, or promotes a model, and is killed by SIGKILL on its way:
``python -m tests.promotion.killed DATA THRESHOLD AT WHAT``. It works with the real registry; only
the step at which it dies is in its way.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cell.config import load
from cell.people.audit import AuditLog
from cell.people.limits import PeopleSettings
from cell.products.lookup import load_inspection_parts
from cell.promotion import pending
from cell.promotion import publishing as publishing_
from cell.promotion.gate import Decision, Outcome
from cell.promotion.registry import Registry
from cell.promotion.setting import set_thresholds
from cell.promotion.states import State
from tests.promotion.world import ADMIN, RULES

ALLOWED = Decision(Outcome.PASS, (), 0, 1.0, 0.95)
STEPS = ("noted", "ready", "committed", "replaced", "settled", "published")
"""Where it may die, one after the other."""


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def after(act: Callable[..., Any]) -> Callable[..., Any]:
    def both(*given: Any, **named: Any) -> Any:
        act(*given, **named)
        die()

    return both


def arm(step: str) -> None:
    """Have the program die there."""
    if step == "noted":
        pending.write_whole = after(pending.write_whole)  # type: ignore[assignment]
    elif step == "ready":
        pending.lay_ready = after(pending.lay_ready)  # type: ignore[assignment]
    elif step == "committed":
        own = Registry.settle

        def committed(self: Registry, by: Any) -> bool:
            # Before the change it finds nothing, and goes on.
            return die() is None if pending.pending(self.data_dir) is not None else own(self, by)

        Registry.settle = committed  # type: ignore[method-assign]
    elif step == "replaced":
        replace = os.replace

        def replaced(source: Any, target: Any) -> None:
            replace(source, target)
            if str(source).endswith(".ready"):
                die()

        os.replace = replaced
    elif step == "settled":
        Registry._publish = die  # type: ignore[assignment,method-assign]
    elif step == "published":
        publishing_.choose = die  # type: ignore[assignment]


def main() -> None:
    data, threshold, step, what = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3], sys.argv[4]
    config = load(None, {"data_dir": str(data)})
    with Registry(data, AuditLog(data, PeopleSettings().keys_beside(data))) as opened:
        if step in STEPS:
            arm(step)
        else:  # all at one moment
            time.sleep(max(0.0, float(step) - time.time()))
        if what == "promote":
            model = opened.models()[-1]
            opened.promote(
                model, State.ACTIVE, ADMIN, time.time_ns(), why="x", rules=RULES, override=True
            )
            return
        parts = load_inspection_parts(config, "own")
        now = {name: parts.recipe.threshold_of(name) for name in parts.recipe.classes}
        wanted = dict.fromkeys(now, threshold)
        set_thresholds(
            opened, config, "own", now, wanted, {}, ALLOWED, ADMIN, time.time_ns(), why="x"
        )


if __name__ == "__main__":
    main()
