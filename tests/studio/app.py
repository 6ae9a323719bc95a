"""The relabelling tool alone, served for tests: `python -m tests.studio.app FOLDER PORT [COUNT]`.

Who comes is who the cookie `as` names, of the role that the cookie `role` names.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import uvicorn
from fastapi import FastAPI
from nicegui import ui
from starlette.requests import HTTPConnection

from cell.config import CellConfig, load
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.studio import mounting
from cell.faces.web.signed_in import sign
from cell.labels.book import LabelBook
from cell.labels.label import Shape
from cell.labels.reasons import Why
from cell.labels.values import About, NewPicture, Proposal, Reason
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.promotion.registry import Registry
from cell.promotion.trial_keeper import TrialKeeper
from cell.training.book import JobBook

SIDE = 640
WHYS = [why for why in Why if why not in (Why.OVERRIDE, Why.CONFLICT, Why.REVIEW)]
"""Overridden parts are looked at twice; a test that wants one adds it."""


class Unwritten:
    def note(self, by, what, subject="", **more) -> None:
        """Leave it."""


@dataclass(frozen=True)
class Tools:
    config: CellConfig
    labels: LabelBook
    jobs: JobBook
    audit: object
    recipes: RecipeBook
    registry: Registry
    trials: TrialKeeper
    practice: None = None


class Signing:
    def __init__(self, app) -> None:
        self._app = app

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] in ("http", "websocket"):
            told = HTTPConnection(scope).cookies
            role = Role(told.get("role", "admin"))
            sign(scope, SignedIn(told.get("as", "mina"), role, How.PASSWORD))
        await self._app(scope, receive, send)


def draw(folder: Path, count: int) -> list[Path]:
    """Boards with a few dark scratches, made from the golden sample's picture."""
    golden = cv2.imread("cell/products/data/pcb/goldens/44000062.webp", cv2.IMREAD_GRAYSCALE)
    golden = cv2.resize(golden, (SIDE, SIDE))
    files = []
    for n in range(count):
        rng = np.random.default_rng(n)
        picture = golden.copy()
        x, y = rng.integers(80, SIDE - 120, 2)
        cv2.line(picture, (int(x), int(y)), (int(x) + 40, int(y) + 18), 255 if n % 2 else 0, 5)
        cv2.putText(picture, f"{n:03}", (8, SIDE - 12), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 128, 2)
        file = folder / f"board-{n:03}.jpg"
        cv2.imwrite(str(file), picture)
        files.append(file)
    return files


def fill(book: LabelBook, files: list[Path]) -> None:
    for n, file in enumerate(files):
        add(book, file, n, WHYS[n % len(WHYS)])


def add(book: LabelBook, file: Path, n: int, why: Why) -> int:
    """Queue one; its item."""
    found = Proposal(Shape.of_box("open", 120, 150, 180 + n % 60, 190), 0.58)
    about = About(
        part=f"20261126-{n:05}", recipe="pcb@1.4.0", model="pcb 1.2.0", golden="44000062",
        verdict="reject" if n % 3 else "pass", proposals=(found,),
    )  # fmt: skip
    picture = NewPicture(file, file.name, about.part, about)
    return book.add(picture, Reason(why), 1_800_000_000_000_000_000 + n)


def application(folder: Path, count: int) -> FastAPI:
    (folder / "data").mkdir()
    # Jobs are for another machine, which nobody reaches: so no torch is needed to order them here.
    given = {"data_dir": str(folder / "data"), "labels.review_share": 0.0}
    given["training.remote.host"] = "box"
    config = load(None, given)
    book = LabelBook.open(config.data_dir, config.labels)
    fill(book, draw(folder, count))
    app = FastAPI()
    app.add_middleware(Signing)
    jobs, registry = JobBook(config.data_dir), Registry(config.data_dir, Unwritten())
    trials = TrialKeeper(config.data_dir, config.promotion, registry, book)
    tools = Tools(config, book, jobs, Unwritten(), RecipeBook(config), registry, trials)
    mounting.mount(app, tools)
    ui.run_with(app, dark=True, tailwind=False, show_welcome_message=False, reconnect_timeout=5.0)
    return app


if __name__ == "__main__":
    made = application(Path(sys.argv[1]), int(sys.argv[3]) if len(sys.argv) > 3 else 12)
    uvicorn.run(made, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning")
