"""What a browser has sent: refusals in the reader's language, and halves of files."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import cv2
import numpy as np
import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from cell.faces.studio.importing import PICTURES, Progress, Wish, bring_in
from cell.faces.studio.uploads import Inbox
from cell.faces.web.signed_in import sign
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.texts import render
from models.ground.errors import UserError
from vision.lab.data.saying import words_of

KIM = SignedIn("kim", Role.QUALITY, How.PASSWORD)


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "leads out of its folder"), ("ko", "폴더 밖을")]
)
def test_a_name_that_leads_out_is_refused_in_words(tmp_path: Path, lang: str, words: str) -> None:
    app, inbox = FastAPI(), Inbox(tmp_path)

    @app.middleware("http")
    async def kim(request: Request, call_next: Any) -> Any:
        sign(request.scope, KIM)
        return await call_next(request)

    inbox.mount(app, "en")
    tray = inbox.open("kim")
    address = f"/studio/upload/{tray.ticket}?path=../x.zip&lang={lang}"
    answer = TestClient(app).post(address, content=b"x")
    assert answer.status_code == 422
    assert words in answer.text
    assert answer.text.startswith({"en": "the upload: ", "ko": "올린 것: "}[lang])
    assert answer.text.count("\n") == 1
    assert list(tmp_path.rglob("x.zip")) == []


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ({"set/a.json": "{"}, "set/a.json: line 1"),
        ({"a.json": "{"}, "a.json: line 1"),
        ({"a.txt": "", "b.txt": ""}, "the upload: JSON files here: none"),
    ],
)
def test_refusals_name_what_was_sent_as_its_sender_knows_it(
    tmp_path: Path, sent: dict[str, str], shown: str
) -> None:
    tray = Inbox(tmp_path / 'da"ta').open("kim")
    for name, text in sent.items():
        place = tray.folder / name
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    wish = Wish("label-studio", scratch=tray.scratch, sent=tray.folder)
    clerk = Mock(by=KIM, importing=lambda _name, _told, act: act())
    with pytest.raises(UserError) as caught:
        bring_in(clerk, tray.source, wish, Progress(), 0)
    line = render(str(caught.value))
    assert line.startswith(shown)
    assert str(tmp_path) not in line


def test_half_an_archive_brings_nothing_however_often_it_is_tried(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for n in range(3):
            picture = cv2.imencode(".png", rng.integers(0, 255, (64, 64), np.uint8))[1].tobytes()
            entry = tarfile.TarInfo(f"{n}.png")
            entry.size = len(picture)
            archive.addfile(entry, io.BytesIO(picture))
    tray = tmp_path / "tray"
    tray.mkdir()
    half = tray / "half.tar.gz"
    half.write_bytes(out.getvalue()[: len(out.getvalue()) * 2 // 3])
    clerk = Mock(by=KIM)
    clerk.importing.side_effect = lambda _name, _told, act: act()
    for _ in range(2):
        there = list(tray.iterdir())
        with pytest.raises(UserError):
            bring_in(clerk, there[0] if len(there) == 1 else tray, Wish(PICTURES), Progress(), 1)
        assert there == [half]
    clerk.bring_in.assert_not_called()


@pytest.mark.parametrize("archived", [False, True], ids=["folder", "archive"])
def test_files_that_are_no_pictures_are_told_with_the_reason(
    tmp_path: Path, archived: bool
) -> None:
    tray = Inbox(tmp_path).open("kim")
    sent = {"day/1.png": "x", "day/notes.txt": "x", ".2.png": "x"}
    if archived:
        with zipfile.ZipFile(tray.folder / "day.zip", "w") as archive:
            for name, content in sent.items():
                archive.writestr(name, content)
    else:
        (tray.folder / "day").mkdir()
        for name, content in sent.items():
            (tray.folder / name).write_text(content)
    clerk, progress = Mock(by=KIM, importing=lambda _name, _told, act: act()), Progress()
    wish = Wish(PICTURES, scratch=tray.scratch, sent=tray.folder)
    assert bring_in(clerk, tray.source, wish, progress, 0).new == 1
    hidden, text = [render(words_of(one), "en") for one in progress.warnings]
    assert hidden.startswith(".2.png: is hidden by the dot")
    assert text.startswith("day/notes.txt: is no picture by its name (.png, ")


def test_what_an_import_reads_stays_until_it_has_ended(tmp_path: Path) -> None:
    app, inbox = FastAPI(), Inbox(tmp_path)

    @app.middleware("http")
    async def kim(request: Request, call_next: Any) -> Any:
        sign(request.scope, KIM)
        return await call_next(request)

    inbox.mount(app, "en")
    tray, browser = inbox.open("kim"), TestClient(app)
    address = f"/studio/upload/{tray.ticket}?path=a.zip"
    assert browser.post(address, content=b"x").status_code == 204
    tray.reading = True
    refused = browser.delete(address)
    assert refused.status_code == 422
    assert "when it has ended" in refused.text
    assert tray.source.name == "a.zip"
    tray.reading = False
    assert browser.delete(address).status_code == 204
    assert not list(tray.folder.iterdir())
