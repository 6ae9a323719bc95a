"""What is left in shared memory: nothing after an orderly end; after a kill until the next sweep,
which touches nothing of the living.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cell.nodes.leftovers import sweep_segments
from tests.twin.twin_process import wait_for
from vision.frames.sweep import sweep_rings

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 53
NODES = ("belt", "bridge", "camera", "inspector", "recorder", "robot", "supervisor")
MEMORY = Path("/dev/shm")
SETTLED_S = 1.0
"""Other tests' processes may be making their segments now."""


def owned(process: subprocess.Popen[str]) -> set[str]:
    """Fast DDS segments (and the locks beside them) that this process owns."""
    links = []
    for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it is closed meanwhile
            links.append(os.readlink(descriptor))
    locks = {Path(link).name for link in links if link.startswith("/dev/shm/fastrtps_")}
    return {name for lock in locks if "port" not in lock for name in (lock, lock[: -len("_el")])}


def there(names: set[str]) -> set[str]:
    """Those of the names that are in shared memory."""
    return {name for name in names if (MEMORY / name).exists()}


def start(bench: Bench, listener: Listener, node: str, config: Path) -> subprocess.Popen[str]:
    process = bench.start("-m", f"cell.nodes.{node}", "--ros-args", "-p", f"config:={config}")
    listener.active(bench, node)
    return process


@pytest.mark.parametrize("node", NODES)
def test_an_orderly_end_leaves_nothing(bench: Bench, listener: Listener, node: str) -> None:
    process = start(bench, listener, node, bench.config(node))
    mine = owned(process)
    assert mine
    assert there(mine) == mine
    assert (MEMORY / bench.ring).exists() == (node == "camera")

    process.send_signal(signal.SIGINT)

    assert process.wait(20) == 0, bench.words()
    assert there(mine) == set()
    assert not (MEMORY / bench.ring).exists()
    assert "shared memory" not in bench.words()


def test_what_a_killed_node_leaves_is_swept_and_what_the_living_use_is_not(
    bench: Bench, listener: Listener
) -> None:
    config = bench.config("camera")
    living, killed = (start(bench, listener, n, config) for n in ("supervisor", "camera"))
    theirs, mine = owned(living), owned(killed)
    wait_for(lambda: all(time.time() - (MEMORY / n).stat().st_ctime > SETTLED_S for n in mine))
    sweep_rings(bench.ring)
    sweep_segments(MEMORY, SETTLED_S)
    assert there(mine | theirs) == mine | theirs
    assert (MEMORY / bench.ring).exists()

    killed.kill()
    killed.wait()
    assert there(mine) == mine  # that is why there is a sweep
    assert sweep_rings(bench.ring) == [bench.ring]
    sweep_segments(MEMORY, SETTLED_S)

    assert there(mine | theirs) == theirs
    assert not (MEMORY / bench.ring).exists()
    listener.active(bench, "supervisor")  # nobody has taken anything from it
    assert living.poll() is None
