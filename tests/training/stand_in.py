"""Stands for the Python of an environment that has ultralytics: answers what the cell asks of it.

`written(folder)` gives the program. What it does beside the usual stands in a file `how` beside it:
a word a line. It trains in three epochs of two steps.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
from pathlib import Path

EPOCHS = 3
HOW = "how"


def written(folder: Path, how: str = "") -> Path:
    """A program of this in `folder`."""
    root = Path(__file__).parents[2]
    file = folder / "python"
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        "from tests.training.stand_in import answer\nanswer()\n"
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    (folder / HOW).write_text(how)
    return file


def answer() -> None:
    """As the learner, the export or the trial of weights, by the program that is asked for."""
    how = (Path(sys.argv[0]).parent / HOW).read_text().split()
    program, *rest = sys.argv[2:]
    if "EXPORTED" in program:
        rest = ended_with(program, rest)
        if "export_hangs" in how:
            print("exporting", flush=True)
            signal.pause()
        export(Path(rest[0]), [int(side) for side in rest[1:]])
    elif "Following" in program:
        learn(json.loads(rest[0]), how)
    else:
        try_weights(ended_with(program, rest)[0], how)


def ended_with(program: str, rest: list[str]) -> list[str]:
    """The first lines of the program, which bind it to whoever asks, as they are; what is left."""
    sys.argv = ["-c", *rest]
    exec(program.partition("from ultralytics")[0].partition("import json")[0])
    return sys.argv[1:]


def try_weights(name: str, how: list[str]) -> None:
    if "no_network" in how:
        print("ConnectionError: Download failure for ", name)
        raise SystemExit(1)
    if name.endswith(".pt") and not Path(name).is_file():
        Path(name).write_bytes(b"fetched")
    print("Downloading ...", end="\r")
    print("\n" + json.dumps({"cell": ["segment" if "segment" in how else "detect", name]}))


def export(weights: Path, sides: list[int]) -> None:
    from tests.imported.drawn import write_export

    data = json.loads((weights.parents[1] / "pictures" / "data.yaml").read_text())
    names = tuple(data["names"].values())
    height, width = sides
    write_export(weights.with_suffix(".onnx"), names=names, gains=(1.0,) * len(names),
                 size=(width, height))  # fmt: skip


def learn(told: dict[str, object], how: list[str]) -> None:
    folder = Path(str(told["folder"]))
    last = folder / "last.pt"
    begun = int(last.read_text()) if last.is_file() else 0
    print("Ultralytics 8.4 \x1b[31mred\x1b[0m", flush=True)
    print("epoch 1/3: 10%\r", end="")
    say(begun={"epoch": begun, "epochs": EPOCHS, "steps": 2})
    with (folder / "asked.json").open("w") as file:
        json.dump({**told, "begun": begun, "threads_env": os.environ.get("OMP_NUM_THREADS")}, file)
    for epoch in range(begun, EPOCHS):
        if epoch == 1 and how:
            trouble(how[0])
        say(step={"epoch": epoch, "step": 1})
        (folder / "best.pt").write_text("best")
        last.write_text(f"{epoch + 1}")
        say(epoch={"epoch": epoch + 1, "loss": 3.0 - epoch, "mAP50": 0.2 * epoch})
    say(done="8.4.190")


def trouble(how: str) -> None:
    words = {
        "memory": "RuntimeError: [enforce fail] DefaultCPUAllocator: can't allocate memory",
        "fault": "ValueError: the data set is odd",
    }
    if how == "killed":
        os.kill(os.getpid(), 9)
    if how == "holds":
        print("waiting", flush=True)
        import time

        while "holds" in (Path(sys.argv[0]).parent / HOW).read_text():
            time.sleep(0.05)
        return
    print(words[how], flush=True)
    raise SystemExit(1)


def say(**told: object) -> None:
    print("\n" + json.dumps({"cell": told}), flush=True)
