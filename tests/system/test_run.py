"""`cell run` as a user gives it: a run that ends by itself and reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

PARTS = 6
DEMO = Path(__file__).parents[2] / "cell" / "config" / "demo.yaml"


def software_triggered(folder: Path, host: str) -> Path:
    """The demo cell's configuration with a camera that waits for commands."""
    content: dict[str, Any] = yaml.safe_load(DEMO.read_text())
    content["calibration"] = str((DEMO.parent / content["calibration"]).resolve())
    for options in (content["belt"], content["robot"]["arm"], content["robot"]["gripper"]):
        options["options"]["host"] = host
    camera = content["camera"]["options"]
    camera |= {"trigger": "software", "image_folder": str(folder / "pictures")}
    camera["lines"]["host"] = host
    path = folder / "cell.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.cell
@pytest.mark.parametrize("trigger", ["external", "software"])
def test_a_headless_run_ends_by_itself_with_a_report_that_agrees_with_the_truth(
    tmp_path: Path, trigger: str
) -> None:
    report, host = tmp_path / "report.json", "127.0.8.1"
    command = [sys.executable, "-m", "cell.cli.main", "run", "--headless", "--parts", str(PARTS)]
    command += ["--defective", "0.5", "--seed", "11", "--host", host, "--domain", "58"]
    command += ["--report", str(report), "--data", str(tmp_path / "data")]
    if trigger == "software":
        command += ["--config", str(software_triggered(tmp_path, host))]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=280, env=os.environ | {"COLUMNS": "120"}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(report.read_text())
    parts, truth, removals = content["parts"], content["truth"], content["removals"]
    assert parts["arrived"] == PARTS
    assert parts["unaccounted"] == 0
    assert parts["passed"] + parts["removed"] + parts["purged"] == PARTS
    assert truth["defective"] + truth["good"] == PARTS
    assert truth["escapes"] == 0
    assert removals["requested"] == removals["confirmed"]
    assert content["frames"]["triggers"] == PARTS
    assert content["frames"]["unaccounted"] == 0
    assert content["seed"] == 11
    for name in ("exposure_to_frame", "inference", "exposure_to_verdict"):
        assert content["latency_ms"][name]["p50"] > 0
    assert {"belt", "camera", "inspector", "supervisor", "robot", "recorder", "twin"} <= set(
        content["processes"]
    )
    assert "The law of the cell held." in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--headless"], "--parts"),
        (["--parts", "3", "--no-twin"], "Ctrl-C"),
        (["--headless", "--parts", "1", "--recipe", "nuts"], "no recipe 'nuts'"),
        (["--headless", "--parts", "1", "--config", "/nowhere.yaml"], "no such file"),
        (["--headless", "--parts", "1", "--engine", "abacus"], "abacus"),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(
    tmp_path: Path, options: list[str], words: str
) -> None:
    command = [sys.executable, "-m", "cell.cli.main", "run", "--data", str(tmp_path / "data")]
    command += ["--host", "127.0.8.2", "--domain", "59", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert len([line for line in done.stderr.splitlines() if line.startswith("error:")]) == 1
