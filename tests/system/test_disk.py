"""Inspector and recorder as processes on a disk that fills up for real, with a camera and a
supervisor that we play.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import rclpy
from inspection_cell_interfaces.msg import FrameHandle, Inspection, NodeStatus, PartEvent
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from cell.config import dump, load
from cell.config.namespace import NAMESPACE
from cell.config.processes import TABLE
from cell.control.ledger import events as e
from cell.launcher.env import environment
from cell.launcher.visiting import visiting
from cell.nodes.topics import RELIABLE, stamped, to_ns, to_time
from cell.products.verdict import Verdict, VerdictKind
from cell.records.evidence import check_evidence
from cell.records.journal import Journal
from cell.records.reserve import Reserve
from cell.records.store import open_records
from tests.cell.evidence_world import inspected
from tests.cell.small_disk import fill, prove
from tests.vision import bench
from vision.frames import FrameRing
from vision.types import FrameMeta

DOMAIN = 32
NODES = [p for p in TABLE if p.name in ("inspector", "recorder")]


class Line:
    """Camera and supervisor in one."""

    def __init__(self, folder: Path, ring: FrameRing) -> None:
        self.folder, self.ring = folder, ring
        self.children: list[subprocess.Popen[bytes]] = []
        self.beats: dict[str, NodeStatus] = {}
        self.seen: list[Inspection] = []
        self.journal = Journal.open(folder / "journal.db", Reserve(folder / "reserve.bin"))
        self.append(
            e.SessionStarted(
                stamp_ns=1,
                session="s1",
                recipe="pcb@1",
                encoder_m=0.0,
                arrivals=0,
                exposures=0,
                exits=0,
                clean=True,
            )
        )
        with visiting():
            rclpy.init(args=[], domain_id=DOMAIN, signal_handler_options=SignalHandlerOptions.NO)
            self.node = rclpy.create_node("line")
        self.executor = SingleThreadedExecutor()
        self.executor.add_node(self.node)
        self.frames = self.node.create_publisher(FrameHandle, "/cell/camera/frame", RELIABLE)
        self.told = self.node.create_publisher(PartEvent, "/cell/supervisor/part_event", RELIABLE)
        self.node.create_subscription(
            Inspection, "/cell/inspector/inspection", self.seen.append, RELIABLE
        )
        self.node.create_subscription(NodeStatus, "/cell/node_status", self._hear, RELIABLE)
        self.parts = 0

    def _hear(self, beat: NodeStatus) -> None:
        self.beats[beat.node] = beat

    def append(self, *events: e.Event) -> None:
        self.journal.append(events)

    def until(self, condition: Callable[[], Any]) -> None:
        deadline = time.monotonic() + 60.0
        while not condition():
            assert time.monotonic() < deadline, (self.beats, self.files())
            assert all(child.poll() is None for child in self.children), "a process died"
            self.executor.spin_once(timeout_sec=0.1)

    def shoot(self, trigger: int) -> Inspection:
        """A rejected part, from its picture to its end."""
        self.parts += 1
        now = time.time_ns()
        (_, _, image) = next(bench.parts(1, seed=self.parts))
        slot = self.parts % self.ring.slots
        self.ring.invalidate(slot)
        self.ring.pixels(slot)[:] = image
        frame = self.ring.publish(slot, FrameMeta(trigger, now, now))
        before = len(self.seen)
        self.frames.publish(
            FrameHandle(
                header=stamped(now),
                trigger=trigger,
                ok=True,
                ring=self.ring.name,
                slot=slot,
                sequence=frame.sequence,
                height=1200,
                width=1920,
                pixel_format="Mono8",
                received=to_time(now),
            )
        )
        self.until(lambda: len(self.seen) > before)
        found = self.seen[-1]
        name = f"s1-{self.parts:05d}"
        # The recorder takes its copy when the inspection comes; the verdict is later in real life.
        shown = time.monotonic()
        self.until(lambda: time.monotonic() - shown > 0.5)
        self.append(
            e.Arrived(stamp_ns=now, part=name, index=self.parts, encoder_m=0.0, x=0.0),
            e.FrameSeen(
                stamp_ns=now, trigger=trigger, exposure_ns=now, received_ns=now, ok=True, error=""
            ),
            inspected(name, trigger, to_ns(found.header.stamp), found.view),
            e.Judged(
                stamp_ns=now, part=name, verdict=Verdict(VerdictKind.REJECT, "scrap", ""), by="x"
            ),
            e.Purged(stamp_ns=now, part=name, person="test"),
        )
        self.told.publish(PartEvent(part=name))
        return found

    def files(self) -> list[str]:
        return sorted(path.name for path in (self.folder / "pictures").glob("2*/s1/*.jpg"))

    def alarms(self, node: str) -> list[str]:
        return [advisory.alarm for advisory in self.beats[node].advisories]


@contextmanager
def line(folder: Path) -> Iterator[Line]:
    ring = FrameRing(f"disk_test_{os.getpid()}", 4, 1200, 1920)
    config = folder.parent / "cell.yaml"
    dump(
        load(
            None,
            {
                "data_dir": str(folder),
                "camera.ring": ring.name,
                "recorder.store_frames": "all",
                "recorder.min_free_mib": 3,
            },
        ),
        config,
    )
    env = environment(DOMAIN)
    os.environ.update({k: v for k, v in env.items() if k.startswith(("ROS_", "FASTRTPS_"))})
    made = Line(folder, ring)
    try:
        for process in NODES:
            with (folder.parent / f"{process.name}.log").open("wb") as log:
                made.children.append(
                    subprocess.Popen(
                        process.command(config, NAMESPACE), env=env, stdout=log, stderr=log
                    )
                )
        names = [process.name for process in NODES]
        made.until(lambda: all(n in made.beats for n in names))
        made.until(lambda: all(made.beats[n].lifecycle == "active" for n in names))
        made.until(lambda: made.frames.get_subscription_count() > 0)
        yield made
    finally:
        for child in made.children:
            child.send_signal(signal.SIGINT)
        for child in made.children:
            child.wait(timeout=20)
        made.executor.shutdown()
        made.node.destroy_node()
        rclpy.shutdown()
        made.journal.close()
        ring.close()


def fills_and_is_emptied(folder: Path) -> None:
    with line(folder) as cell:
        found = cell.shoot(1)
        assert found.ok, found.error
        assert found.view
        cell.until(lambda: len(cell.files()) == 2)
        assert not cell.alarms("inspector")
        assert not cell.alarms("recorder")

        filler = fill(folder)
        found = cell.shoot(2)
        assert found.ok, "the inspection counts"
        assert found.view == ""
        assert cell.journal.on_reserve
        for node in ("inspector", "recorder"):
            cell.until(lambda node=node: cell.alarms(node) == ["recorder.disk_low"])  # type: ignore[misc]
        assert not any(beat.message for beat in cell.beats.values()), "they work on"
        found = cell.shoot(3)
        assert found.ok
        assert found.view == "", "the room of the reserve is not for pictures"

        filler.unlink()
        for node in ("inspector", "recorder"):
            cell.until(lambda node=node: not cell.alarms(node))  # type: ignore[misc]
        assert cell.journal.refill()
        found = cell.shoot(1)  # the camera was restarted meanwhile, and counts anew
        assert found.view
        kept = {f"s1-0000{part}-{kind}" for part in (1, 4) for kind in ("frame", "view")}
        # The frames of the others may have found room in time.
        cell.until(lambda: kept <= {name.rpartition("-")[0] for name in cell.files()})
        cell.until(lambda: not list((folder / "pictures" / "incoming").iterdir()))
    assert [name[:8] for name in cell.files() if "-view-" in name] == ["s1-00001", "s1-00004"]
    engine = open_records(folder / "records.db")
    assert list(check_evidence(folder, engine)) == []
    engine.dispose()


def test_a_full_disk_is_told_survived_and_over_when_there_is_room(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    prove("tests.system.test_disk", "fills_and_is_emptied", folder, "100m")
