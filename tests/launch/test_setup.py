"""The set-up takes the interpreter that works and has a lock; what is missing is one line."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIM = "#!/bin/sh\necho 'pyenv: command not found' >&2\nexit 127\n"
"""A version manager's name for an interpreter that is not chosen."""


def interpreter(version: str) -> str:
    """One that says its version, and has no venv."""
    return f'#!/bin/sh\ncase "$2" in *version_info*) echo {version} ;; *) exit 1 ;; esac\n'


@pytest.mark.parametrize(
    ("there", "chosen", "words"),
    [
        ({}, "", "no Python of 3.11 3.12 is here"),
        ({"python3.11": SHIM, "python3": SHIM}, "", "no Python of 3.11 3.12 is here"),
        ({"python3.11": SHIM, "python3.12": interpreter("3.12")}, "", "python3.12 has no venv"),
        ({"python3.11": interpreter("3.11"), "python3.12": SHIM}, "", "python3.11 has no venv"),
        ({"python3.11": SHIM, "python3": interpreter("3.12")}, "", "python3 has no venv"),
        ({"python3": interpreter("3.13")}, "", "no Python of 3.11 3.12 is here"),
        ({"python3": interpreter("3.12"), "other": interpreter("3.13")}, "other", "is Python 3.13"),
        ({"python3": interpreter("3.12"), "other": SHIM}, "other", "other does not run"),
    ],
)
def test_the_interpreter_that_works_is_taken(
    tmp_path: Path, there: dict[str, str], chosen: str, words: str
) -> None:
    for name, text in there.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", "interfaces/setup.sh", str(tmp_path / "venv")],
        env={"PATH": str(tmp_path), "PYTHON": chosen},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_every_supported_version_has_a_lock_with_hashes_and_no_hosts() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert settings["project"]["requires-python"] == ">=3.11,<3.13"
    locks = sorted(ROOT.glob("requirements.3.*.lock"))
    assert [lock.name for lock in locks] == ["requirements.3.11.lock", "requirements.3.12.lock"]
    for lock in locks:
        text = lock.read_text()
        pinned = [line for line in text.splitlines() if "==" in line]
        assert len(pinned) > 100
        assert all(line.endswith(" \\") for line in pinned)  # a hash follows
        assert "://" not in text
        assert "--index" not in text
