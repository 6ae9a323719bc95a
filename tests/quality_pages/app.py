"""The quality pages alone, served for tests: `python -m tests.quality_pages.app FOLDER PORT`.

The data folder is `FOLDER/data`, as it stands. Who comes is who the cookie `as` names, of the role
that the cookie `role` names.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from nicegui import ui

from cell.config import CellConfig, load
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.quality import mounting
from cell.faces.quality.cell_judging import CellJudging
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from tests.studio.app import Signing


@dataclass(frozen=True)
class Tools:
    config: CellConfig
    labels: LabelBook
    audit: AuditLog
    recipes: RecipeBook
    judging: CellJudging


def application(folder: Path) -> FastAPI:
    data = folder / "data"
    data.mkdir(exist_ok=True)
    own = data / "config.yaml"
    config = load(own if own.exists() else None, {"data_dir": str(data)})
    app = FastAPI()
    app.add_middleware(Signing)
    labels = LabelBook.open(config.data_dir, config.labels)
    audit = AuditLog(config.data_dir, config.people.keys_beside(config.data_dir))
    judging = CellJudging(config.data_dir)
    mounting.mount(app, Tools(config, labels, audit, RecipeBook(config), judging))
    ui.run_with(app, dark=True, tailwind=False, show_welcome_message=False, reconnect_timeout=5.0)
    return app


if __name__ == "__main__":
    made = application(Path(sys.argv[1]))
    uvicorn.run(made, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
