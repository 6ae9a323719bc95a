"""Label sets from which little or nothing can be learnt, ordered at the page and at a shell: one
clear line in the reader's language, nothing queued; what can be learnt is.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from cell.config.load import dump, load
from cell.labels.label import Judgement, Shape
from cell.labels.values import Said
from cell.training.book import JobBook
from cell.training.values import State
from tests.hmi.conftest import ROOT, until
from tests.studio.conftest import Server
from tests.studio.hands import Finger

GOOD = Said(Judgement.GOOD)
PATIENCE_S = 60.0


def bad(name: str) -> Said:
    return Said(Judgement.DEFECTIVE, (Shape.of_box(name, 10, 10, 60, 60),))


SETS = {
    # Each holds what those before hold, too.
    "no-defect": [GOOD, GOOD],
    "two-kinds": [bad("open")],
    "one-class": [bad("open")] * 11 + [GOOD] * 6,
    "unknown-class": [bad("Kratzer")],
}
REFUSED = {
    "no-defect": ("shows no defect", "결함이 없습니다"),
    "two-kinds": ("parts to learn from", "더 필요합니다"),
    "unknown-class": ("does not know: Kratzer", "pcb에 없는 클래스"),
}
"""What is said in English, and in Korean."""


@pytest.fixture(scope="module")
def sets(server: Server) -> Server:
    for name, said in SETS.items():
        for one in said:
            task = server.book.take("painter", 1)
            assert task is not None
            given: dict[str, Any] = {"base": task.item.version, "purpose": task.purpose}
            server.book.save(task.item.id, "painter", one, now_ns=2, **given)
        server.book.freeze(name, "painter", 3, only_settled=False)
    return server


def ordered(data: Any) -> list[str]:
    """Label sets for which jobs are on record."""
    with closing(JobBook(data)) as book:
        return [job.wish.label_set for job in book.jobs()]


@pytest.mark.parametrize("name", list(REFUSED))
@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_says_why_not(studio: Any, sets: Server, name: str, lang: str) -> None:
    studio.open("/studio/sets", lang)
    until(lambda: studio.find(f"train-{name}"), "the set is there", PATIENCE_S)
    person = Finger(studio.browser, sets.url, lang)
    person.choose(f"recipe-{name}", "pcb")
    if name == "unknown-class":
        until(lambda: studio.find("called-Kratzer"), "it is asked for", PATIENCE_S)
    person.go(f"train-{name}")
    said = REFUSED[name][lang == "ko"]
    try:
        until(lambda: said in studio.browser.page_source, f"{said} is said", PATIENCE_S)
    except AssertionError as error:
        shown = studio.browser.find_element("tag name", "body").text
        raise AssertionError(f"{error}: {studio.browser.current_url}: {shown}") from None
    assert "Traceback" not in studio.browser.page_source
    assert name not in ordered(sets.folder / "data")


def test_the_page_trains_what_has_one_class(studio: Any, sets: Server) -> None:
    name = "one-class"
    studio.open("/studio/sets")
    until(lambda: studio.find(f"train-{name}"), "the set is there", PATIENCE_S)
    person = Finger(studio.browser, sets.url, "en")
    person.choose(f"recipe-{name}", "pcb")
    person.go(f"train-{name}")
    until(lambda: name in ordered(sets.folder / "data"), "it is ordered", PATIENCE_S)
    with closing(JobBook(sets.folder / "data")) as book:
        (job,) = (one for one in book.jobs() if one.wish.label_set == name)
        until(lambda: studio.find(f"cancel-{job.id}"), "it is shown", PATIENCE_S)
        person.go(f"cancel-{job.id}")
        ends = (State.CANCELLED, State.FAILED)  # the other machine is not there
        until(lambda: book.job(job.id).state in ends, "it ends", PATIENCE_S)


@pytest.mark.parametrize("name", list(REFUSED))
def test_the_shell_says_why_not(sets: Server, name: str) -> None:
    data = sets.folder / "data"
    dump(load(None, {"data_dir": str(data), "training.remote.host": "box"}), data / "config.yaml")
    before = ordered(data)
    words = ["train", "--set", name, "--recipe", "pcb", "--data", str(data)]
    done = subprocess.run(
        [sys.executable, "-m", "cell.faces.cli.main", *words], cwd=ROOT, check=False,
        capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 2, said
    assert REFUSED[name][0] in said
    assert "Traceback" not in said
    assert ordered(data) == before
