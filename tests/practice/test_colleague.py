"""The colleague of the labelling course: labels what nobody has, agrees with what others say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from cell.config.labels import LabelsConfig
from cell.faces.practice.colleague import NAME, Colleague
from cell.labels.book import LabelBook
from cell.labels.label import Judgement, Shape
from cell.labels.reasons import Why
from cell.labels.values import NewPicture, Purpose, Reason, Said, State
from cell.trainer.errors import PracticeError


@pytest.fixture
def book(tmp_path: Path) -> Iterator[LabelBook]:
    made = LabelBook.open(tmp_path, LabelsConfig(review_share=1.0))
    for number in range(2):
        file = tmp_path / f"{number}.png"
        cv2.imwrite(str(file), np.full((64, 64), 40 * number + 20, np.uint8))
        made.add(NewPicture(file, file.name, file.name), Reason(Why.WANTED), 1)
    yield made
    made.close()


def test_the_second_look_at_ones_own_label_is_not_taken_for_the_queue(book: LabelBook) -> None:
    said = Said(Judgement.DEFECTIVE, (Shape.of_box("short", 5, 5, 20, 20),))
    task = book.take("kim", 2)
    assert task is not None
    book.save(
        task.item.id, "kim", said, base=task.item.version, purpose=Purpose.LABEL, now_ns=3
    )  # fmt: skip
    colleague = Colleague(book)
    assert colleague.has_work(4)
    colleague.label(4)  # the other one, although kim's waits for a second look
    waiting = book.queue(5, state=State.REVIEW).items
    assert {book.history(item.id)[0].person for item in waiting} == {"kim", NAME}
    assert not colleague.has_work(5)
    with pytest.raises(PracticeError):
        colleague.label(5)
    colleague.agree(6)
    (settled,) = book.queue(7, state=State.SETTLED).items
    assert settled.id == task.item.id
    assert [one.person for one in book.history(settled.id)] == ["kim", NAME]
