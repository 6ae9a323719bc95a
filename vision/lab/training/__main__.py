"""Command line: ``python -m vision.lab.training --data DIR --out RUN_DIR``."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.ground.ending import end_with, refuse


def main(arguments: list[str] | None = None) -> int:
    """Train, or resume training of, the printed-circuit-board defect detector."""
    try:
        from vision.lab.training.job import BoardJob
        from vision.lab.training.loop import Settings, Trainer
    except ModuleNotFoundError as missing:
        return refuse(f"training needs the extra `train` ({missing}): see docs/training.md")
    base = Settings()
    parser = argparse.ArgumentParser(prog="python -m vision.lab.training", description=main.__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds PCBData/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--epochs", type=int, default=base.epochs)
    parser.add_argument("--minutes", type=float, default=0.0, help="end after this much training")
    parser.add_argument("--batch", type=int, default=base.batch)
    parser.add_argument("--rate", type=float, default=base.rate, help="peak learning rate")
    parser.add_argument("--seed", type=int, default=base.seed)
    parser.add_argument("--every", type=int, default=base.every, help="epochs between evaluations")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--start", type=Path, help="begin with a run's best.pt")
    parser.add_argument("--resume", action="store_true", help="go on from RUN_DIR/last.pt")
    options = vars(parser.parse_args(arguments))
    data, out, resume = options.pop("data"), options.pop("out"), options.pop("resume")
    start = options.pop("start")
    if (out / "last.pt").exists() and not resume:
        return refuse(f"{out}: holds a run already; add --resume or choose another --out")
    Trainer(BoardJob(data), out, Settings(**options), resume, start).run()
    return 0


if __name__ == "__main__":
    end_with(main)
