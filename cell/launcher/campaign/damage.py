"""Files that are damaged or missing while the cell is down, one at a time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

from cell.config.load import DEMO
from cell.launcher.campaign.attempts import ONE_PART, attempt, judged
from cell.launcher.campaign.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Damage:
    """`spoil` gets the data folder and the configuration file, and damages one of them.

    `quick`: refused before anything starts, or else a whole run.
    """

    name: str
    spoil: Callable[[Path, Path], None]
    must_refuse: bool = False
    quick: bool = False


def _flip(name: str, share: float) -> Callable[[Path, Path], None]:
    def spoil(data: Path, _: Path) -> None:
        content = bytearray((data / name).read_bytes())
        content[int(share * len(content))] ^= 0x10
        (data / name).write_bytes(content)

    return spoil


def _cut(name: str) -> Callable[[Path, Path], None]:
    def spoil(data: Path, _: Path) -> None:
        content = (data / name).read_bytes()
        (data / name).write_bytes(content[: len(content) // 2])

    return spoil


def _gone(name: str) -> Callable[[Path, Path], None]:
    return lambda data, _: (data / name).unlink()


def _rubbish(name: str) -> Callable[[Path, Path], None]:
    def spoil(data: Path, _: Path) -> None:
        (data / name).write_bytes(b"no database " * 400)

    return spoil


def _set(dotted: str, value: str) -> Callable[[Path, Path], None]:
    def spoil(data: Path, config: Path) -> None:
        content = yaml.safe_load(config.read_text())
        *parents, last = dotted.split(".")
        place = content
        for parent in parents:
            place = place[parent]
        place[last] = value.format(data=data)
        config.write_text(yaml.safe_dump(content))

    return spoil


def _file_for_folder(data: Path, _: Path) -> None:
    shutil.rmtree(data)
    data.write_text("not a folder")


DAMAGES = (
    Damage("journal: a flipped bit in the middle", _flip("journal.db", 0.5)),
    Damage("journal: a flipped bit in its head", _flip("journal.db", 0.001)),
    Damage("journal: cut in half", _cut("journal.db")),
    Damage("journal: rubbish", _rubbish("journal.db"), must_refuse=True),
    Damage("journal: missing", _gone("journal.db")),
    Damage("records: missing", _gone("records.db")),
    Damage("records: a flipped bit in the middle", _flip("records.db", 0.5)),
    Damage("records: rubbish", _rubbish("records.db")),
    Damage("calibration: missing", _set("calibration", "/nowhere.json"), True, True),
    Damage("recipe: missing", _set("recipe", "nuts"), True, True),
    Damage("models: missing", _set("models", "{data}"), True, True),
    Damage("configuration: unknown key", _set("belt.sped_m_s", "0.2"), True, True),
    Damage("data folder: a file", _file_for_folder, True, True),
)


def carry_out(damage: Damage, base: Path, folder: Path, host: str, domain: int | None) -> Outcome:
    """One start on a damaged copy of the data folder `base`."""
    shutil.rmtree(folder, ignore_errors=True)
    data, config = folder / "data", folder / "cell.yaml"
    shutil.copytree(base, data)
    write_config(config, folder, host)
    damage.spoil(data, config)
    arguments = [*ONE_PART, "--data", str(data), "--config", str(config)]
    made = attempt(arguments, host, domain)
    return judged(f"file/{damage.name}", made, data / "logs", must_refuse=damage.must_refuse)


def write_config(path: Path, folder: Path, host: str) -> None:
    """The demo cell's configuration as a file of one's own, for a twin at `host`."""
    content = yaml.safe_load(DEMO.read_text())
    content["calibration"] = str((DEMO.parent / content["calibration"]).resolve())
    for device in (content["belt"], content["robot"]["arm"], content["robot"]["gripper"]):
        device["options"]["host"] = host
    camera = content["camera"]["options"]
    camera["lines"]["host"] = host
    camera["image_folder"] = str(folder / "pictures")
    content["camera"]["ring"] = f"campaign_{host.replace('.', '_')}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content))
