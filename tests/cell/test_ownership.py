"""What belongs to one cell is refused to the next, by name of its owner, and freed by a kill."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from cell.config import load
from cell.launcher.owner import claim_run, devices, look_at_devices, running_in
from cell.nodes.ownership import Claim, OwnedError, Owner, device, held_by

HOLD = """
import sys, time; from pathlib import Path; from cell.nodes.ownership import Claim, Owner
held = Claim.take({"belt": sys.argv[2], "arm": "ur 10.0.0.3"}, Owner.me("belt node", "/data/one"),
                  Path(sys.argv[1]))
print("on", flush=True); time.sleep(60)
"""
BELT = {"belt": "modbus 10.0.0.2:502"}
ME = Owner.me("cell run", "/data/two")


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that owns the belt and an arm."""
    command = [sys.executable, "-c", HOLD, str(folder), BELT["belt"]]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "on\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def test_a_second_owner_is_told_who_the_first_is_and_what_to_do(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        for attempt in (
            lambda: Claim.look(BELT, tmp_path),
            lambda: Claim.take(BELT, ME, tmp_path),
        ):
            with pytest.raises(OwnedError) as caught:
                attempt()
            text = str(caught.value)
            for word in (BELT["belt"], "belt node", str(process.pid), "/data/one", "end that run"):
                assert word in text
            assert "\n" not in text


def test_a_kill_frees_what_was_claimed(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        process.kill()
        process.wait()
        Claim.look(BELT, tmp_path)
        with Claim.take(BELT, ME, tmp_path), pytest.raises(OwnedError, match="cell run"):
            Claim.look(BELT, tmp_path)


def test_all_or_nothing_is_claimed_and_nothing_is_left_behind(tmp_path: Path) -> None:
    with holder(tmp_path):
        with pytest.raises(OwnedError):
            Claim.take({"camera ring": "mine", **BELT}, ME, tmp_path)
        Claim.look({"camera ring": "mine"}, tmp_path)
        assert len(list(tmp_path.iterdir())) == 2  # the holder's own
    claim = Claim.take({"camera ring": "mine", **BELT}, ME, tmp_path)
    claim.close()
    claim.close()
    assert not any("camera" in path.name or "belt" in path.name for path in tmp_path.iterdir())


def test_other_devices_and_folders_are_nobodys(tmp_path: Path) -> None:
    with holder(tmp_path):
        other = {"belt": "modbus 10.0.0.9:502", "data folder": "/data/one"}
        with Claim.take(other, ME, tmp_path):
            pass


def test_many_who_want_the_same_at_once_never_have_it_twice(tmp_path: Path) -> None:
    """Files of claims come and go while others lock them: one owner at any time."""
    code = (
        "import sys; from pathlib import Path\n"
        "from cell.nodes.ownership import Claim, OwnedError, Owner\n"
        "place, mark, taken = Path(sys.argv[1]), Path(sys.argv[1]) / 'mark', 0\n"
        "while taken < 200:\n"
        "    try:\n"
        "        claim = Claim.take({'arm': 'x'}, Owner.me('t', place), place / 'claims')\n"
        "    except OwnedError:\n"
        "        continue\n"
        "    with mark.open('x'):\n"  # fails where somebody else owns it too
        "        taken += 1\n"
        "    mark.unlink(); claim.close()\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    rivals = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for rival in rivals:
        assert rival.communicate(timeout=120)[1] == ""
        assert rival.returncode == 0


@pytest.mark.parametrize(
    ("driver", "options", "name"),
    [
        ("modbus", {"host": "10.0.0.2", "port": 502, "timeout_s": 1.0}, "modbus 10.0.0.2:502"),
        ("modbus", {"port": 502, "host": "localhost"}, "modbus 127.0.0.1:502"),
        ("ur", {"host": "10.0.0.3", "frequency_hz": 500}, "ur 10.0.0.3"),
        ("vendor", {}, "vendor"),
    ],
)
def test_a_device_is_named_by_where_it_is(
    driver: str, options: dict[str, object], name: str
) -> None:
    assert device(driver, options) == name


def test_the_launcher_looks_for_what_the_nodes_will_claim() -> None:
    found = devices(load(None, {"belt.options.host": "10.0.0.2", "camera.ring": "ring-7"}))
    assert found["belt"] == "modbus 10.0.0.2:5020"
    assert found["camera ring"] == "ring-7"


def test_who_holds_something_can_be_asked(tmp_path: Path) -> None:
    assert held_by("ROS domain", "7", tmp_path) is None
    with Claim.take({"ROS domain": "7"}, ME, tmp_path):
        assert held_by("ROS domain", "7", tmp_path) == ME
        assert held_by("ROS domain", "8", tmp_path) is None
    assert held_by("ROS domain", "7", tmp_path) is None


def test_a_part_of_a_cell_looks_at_its_own_devices_alone(tmp_path: Path) -> None:
    hosts = {"belt.options.host": "10.0.0.3", "robot.arm.options.host": "10.0.0.4"}
    config = load(None, hosts | {"camera.ring": f"ring-{tmp_path.name}"})
    with Claim.take({"camera ring": config.camera.ring}, ME):
        look_at_devices(config, ["belt", "robot", "supervisor"])
        with pytest.raises(OwnedError, match="camera ring"):
            look_at_devices(config, ["camera"])
        with pytest.raises(OwnedError, match="camera ring"):
            look_at_devices(config)


def test_a_run_owns_its_namespace_and_a_part_without_the_supervisor_owns_none(
    tmp_path: Path,
) -> None:
    env, space = {"ROS_DOMAIN_ID": "58"}, f"/{tmp_path.name}"
    with claim_run(tmp_path / "whole", env, space):
        owner = running_in(env, space)
        assert owner is not None
        assert owner.data == str(tmp_path / "whole")
        assert running_in(env, "/another") is None
        assert running_in({"ROS_DOMAIN_ID": "59"}, space) is None
        claim_run(tmp_path / "part", env, space, ["belt", "robot"]).close()
        with pytest.raises(OwnedError, match=f"ROS namespace {space} of domain 58"):
            claim_run(tmp_path / "second", env, space, ["supervisor"])
        claim_run(tmp_path / "other", env, "/another").close()
