"""Each node up and down again and again: it holds at the end what it held at the start.

LIFE_CYCLES=50 takes more of them than a quick run of the tests does.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench

DOMAIN = 51
NODES = ("belt", "bridge", "camera", "inspector", "recorder", "robot", "supervisor")
CYCLES = int(os.environ.get("LIFE_CYCLES", "5"))
NOISE_MIB = 64.0
"""An allocator keeps some of what it once had; what leaks a picture's memory in each cycle shows
in fifty.
"""


@pytest.mark.parametrize("node", NODES)
def test_a_cycle_gives_back_all_that_it_took(
    bench: Bench, node: str, capsys: pytest.CaptureFixture[str]
) -> None:
    config = bench.config(node)
    script = __file__.replace("test_life_cycle.py", "cycles.py")
    process = bench.start(script, node, str(config), str(CYCLES))
    code = process.wait(60 + 8 * CYCLES)
    assert code == 0, bench.words()
    told = json.loads(bench.words().splitlines()[-1])
    new, warm, end = told["new"], told["warm"], told["end"]
    with capsys.disabled():
        figures = ("tasks", "files", "rss_mib")
        print(f"\n{node}, {CYCLES} cycles: entities {sum(end['entities'].values())}")
        for when in ("new", "warm", "end"):
            print(f"  {when}: " + ", ".join(f"{what} {told[when][what]}" for what in figures))
    for what in ("entities", "topics", "threads", "memory"):
        assert end[what] == new[what], what
    for what in ("tasks", "files"):  # libraries keep some from their first use on
        assert end[what] <= warm[what], what
    assert end["rss_mib"] < warm["rss_mib"] + NOISE_MIB


@pytest.mark.parametrize("node", NODES)
def test_steps_in_any_order_are_taken_or_refused_and_undone_whole(bench: Bench, node: str) -> None:
    script = __file__.replace("test_life_cycle.py", "steps.py")
    process = bench.start(script, node, str(bench.config(node)))
    assert process.wait(120) == 0, bench.words()
