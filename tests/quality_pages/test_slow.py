"""A page that takes long to be built, on a busy machine, comes all the same."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cell.faces.quality import mounting as quality
from cell.faces.quality.cell_judging import CellJudging
from cell.faces.quality.room import Page, Room, Visit
from cell.faces.studio import mounting as studio
from cell.faces.web.visit import ANSWER_S


@pytest.mark.parametrize("mounting", [quality, studio])
def test_every_page_that_waits_for_the_disk_has_time(mounting) -> None:
    text = Path(mounting.__file__).read_text(encoding="utf-8")
    pages = text.split("@ui.page(")[1:]
    waiting = [page for page in pages if page.partition("\n")[2].lstrip().startswith("async")]
    assert waiting
    assert all("response_timeout=ANSWER_S" in page.partition("\n")[0] for page in waiting)


def test_a_page_of_four_seconds_is_answered(tmp_path: Path) -> None:
    from fastapi import FastAPI
    from fastapi.testclient import TestClient
    from nicegui import ui

    from cell.config import load
    from cell.faces.hmi.recipes import RecipeBook
    from cell.labels.book import LabelBook
    from tests.quality_pages.app import Tools
    from tests.studio.app import Signing, Unwritten

    async def slow(visit: Visit) -> None:
        await visit.quietly(time.sleep, 4.0)
        ui.label("here it is")

    config = load(None, {"data_dir": str(tmp_path)})
    labels = LabelBook.open(config.data_dir, config.labels)
    app = FastAPI()
    app.add_middleware(Signing)
    room = Room(
        Tools(config, labels, Unwritten(), RecipeBook(config), CellJudging(config.data_dir))
    )
    quality._mount(room, Page("slow", "/quality/slow", slow))
    ui.run_with(app, show_welcome_message=False)
    with TestClient(app) as client:
        answer = client.get("/quality/slow")
    labels.close()
    assert answer.status_code == 200
    assert "here it is" in answer.text
    assert ANSWER_S > 4.0
