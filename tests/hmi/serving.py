"""A page's server in a process of its own, for tests that come in by its address."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.hmi.conftest import ROOT, end, free_port, until


@contextmanager
def served_by(
    module: str, folder: Path, path: str, *more: str, port: int | None = None
) -> Iterator[str]:
    """`python -m MODULE FOLDER PORT ...`; where it serves, once `path` answers. It ends with the
    block, also where it never answers, and has logged no traceback.
    """
    port, log = port or free_port(), folder / "log.txt"
    command = [sys.executable, "-m", module, str(folder), str(port), *more]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, text=True, stdout=out, stderr=subprocess.STDOUT
        )
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{url}{path}", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    try:
        until(answers, "the server answers", 120.0)
        yield url
    finally:
        end(process)
    assert "Traceback" not in log.read_text(), log.read_text()
