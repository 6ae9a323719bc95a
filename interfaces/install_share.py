"""Puts the project's data files (pyproject.toml) into the environment that runs this script, as links.

An editable install leaves them out; without them `ros2 launch`, `ros2 run` and `ros2 pkg` do not find the package.
A plain `pip install .` needs no such step: it copies them.
"""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def data_files(project: Path) -> dict[Path, list[Path]]:
    """Files by the folder that they belong into, relative to an environment's prefix."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = settings["tool"]["setuptools"]["data-files"]
    found = {Path(folder): [f for p in patterns for f in sorted(project.glob(p))] for folder, patterns in wanted.items()}
    for folder, files in found.items():
        if not files:
            sys.exit(f"install_share: pyproject.toml names nothing that exists for {folder}.")
    return found


def link(files: dict[Path, list[Path]], prefix: Path) -> None:
    """Make each file's link; links of this project whose file is gone go, too."""
    for folder, wanted in files.items():
        target = prefix / folder
        target.mkdir(parents=True, exist_ok=True)
        for old in target.iterdir():
            if old.is_symlink() and not old.exists() and old.readlink().is_relative_to(ROOT):
                old.unlink()
        for file in wanted:
            place = target / file.name
            if place.is_symlink() and place.readlink() == file:
                continue
            place.unlink(missing_ok=True)
            place.symlink_to(file)


if __name__ == "__main__":
    link(data_files(ROOT), Path(sys.prefix))
