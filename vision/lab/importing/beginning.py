"""What a training with ultralytics begins with: weights of one's own, or known by name."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Final

from models.errors import ModelError
from vision.lab.importing.weights import ENDS_WITH_US, environment, plain, reason

PROGRAM: Final = ENDS_WITH_US + (
    "import json\n"
    "from ultralytics import YOLO, settings\n"
    "settings.update({'sync': False})\n"
    "model = YOLO(sys.argv[1])\n"
    "print('\\n' + json.dumps({'cell': [model.task, str(model.ckpt_path or '')]}))\n"
)
WEIGHTS: Final = ".pt"
PLANS: Final = (".yaml", ".yml")
TASK: Final = "detect"


def beginning(given: str, python: Path, folder: Path) -> str:
    """What `Course.start` is for the `--weights` that somebody gave; tried in ultralytics.

    given: a file, or a name that ultralytics knows: yolo26n.yaml, which it holds, or yolo26n.pt,
    which it fetches into `folder` (the one time that it may use the network). Raises ModelError for
    what is not there, cannot be read, or is for another task than detect.
    """
    path = Path(given)
    if path.suffix.lower() not in (WEIGHTS, *PLANS):
        raise ModelError(f"--weights {given}: give a .pt or, to begin with nothing, a .yaml")
    there = path.is_file()
    if path.is_dir():
        raise ModelError(f"--weights {given} is a folder: give the file, such as best.pt in it")
    if not there and path.name != given:
        raise ModelError(f"--weights {given} is not there: check the path")
    fetched = not there and path.suffix.lower() == WEIGHTS
    folder.mkdir(parents=True, exist_ok=True)
    task, found = _tried(str(path.absolute()) if there else given, given, python, folder, fetched)
    if task != TASK:
        raise ModelError(
            f"--weights {given} is for {task}: the cell trains {TASK}; train it yourself, then "
            "cell model import"
        )
    if there:
        return str(path.absolute())
    return str((folder / found).absolute()) if fetched else given


def _tried(name: str, given: str, python: Path, folder: Path, fetched: bool) -> tuple[str, str]:
    """Task and file of what ultralytics makes of `name`."""
    own = environment(folder) | ({"YOLO_OFFLINE": "false"} if fetched else {})
    command = [str(python), "-c", PROGRAM, f"{os.getpid()}", name]
    done = subprocess.run(
        command, cwd=folder, env=own, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
    )  # fmt: skip
    said = [words for line in done.stdout.splitlines() if (words := plain(line))]
    for words in said:
        if words.startswith('{"cell": '):
            task, file = json.loads(words)["cell"]
            return task, file
    why = reason(said, done.returncode)
    if "No module named 'ultralytics'" in why:
        raise ModelError(
            f"{python} has no ultralytics: give the Python of an environment that has it, with "
            "--python or in the configuration (training.python)"
        )
    if fetched:
        raise ModelError(
            f"--weights {given} is no file here, and ultralytics could not fetch it ({why:.160}): "
            f"fetch it where there is a network, with `yolo predict model={given}`, and give the "
            f"file; or begin with nothing, --weights {Path(given).stem}.yaml"
        )
    raise ModelError(
        f"--weights {given}: ultralytics in {python} cannot begin with it ({why:.160}): give "
        "another"
    )


def mib_of(start: str) -> int:
    """Room that the checkpoints of a training take [MiB]: each holds weights, their average and the
    optimizer's, and five of them are there at once.
    """
    size = os.stat(start).st_size if os.path.isfile(start) and start.endswith(WEIGHTS) else 0
    return max(128, 16 * size >> 20)
