"""Jobs begin: a runner is started where none is at work, a process of its own that outlives its
starter, and ends when no job waits.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from cell.config import CellConfig
from cell.config.load import dump
from cell.stores.trouble import told
from cell.training.book import FOLDER, JobBook
from cell.training.errors import JobStoreError
from cell.training.lock import runner_there

LOG = "runner.txt"
CONFIG = "config.yaml"


def go_on(book: JobBook, config: CellConfig | None = None) -> str:
    """After a power cut or a crash: go on with what waits. Why not, '' where all is well."""
    try:
        if book.unfinished:
            start_runner(book.data_dir, config)
    except JobStoreError as error:
        return str(error)
    return ""


def start_runner(
    data_dir: Path, config: CellConfig | None = None
) -> subprocess.Popen[bytes] | None:
    """See to it that somebody works the queue off; gives whom it has started for that, who on a
    busy computer takes a while to be there. config: the one by which the caller works, wherever
    its file lies; None: that of the data folder. Raises JobStoreError.
    """
    if runner_there(data_dir):
        return None
    command = [sys.executable, "-m", "cell.training", str(data_dir.absolute())]
    path = data_dir / FOLDER / LOG
    if config is not None:
        file = path.with_name(CONFIG)
        with told(file, JobStoreError, (OSError,)):
            dump(config, file)
        command += ["--config", str(file.absolute())]
    with told(path, JobStoreError, (OSError,)), path.open("ab") as log:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            close_fds=True,
        )
