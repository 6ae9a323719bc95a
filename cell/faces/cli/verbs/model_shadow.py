"""`cell model shadow`: let candidates look at the line's parts where no page runs that does it."""

from __future__ import annotations

import signal
import threading
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from cell.faces.cli.models_here import models_of
from cell.faces.cli.terminal import terminal
from cell.faces.cli.verbs.user import DATA, Config, Data
from cell.labels.book import LabelBook
from cell.promotion.shadow.keeper import EVERY_S, ShadowKeeper
from cell.promotion.trial_keeper import TrialKeeper
from cell.texts import render


def shadow(
    data: Data = DATA,
    config: Config = None,
    parts: Annotated[
        int, typer.Option(min=0, help="End after so many parts; 0: when it is told to.")
    ] = 0,
) -> None:
    """Let the candidates in the shadow look at the line's new parts, beside the cell, until Ctrl-C.

    The page does it by itself; this is for a cell without one. What they say is counted by
    `cell model show`, and parts on which they disagree are queued for labelling. Who is on trial is
    watched as well.
    """
    _look_on(data, config, parts)


def _look_on(data: Path, config: Path | None, parts: int) -> None:
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with models_of(data, config) as here:
        book = LabelBook.open(here.config.data_dir, here.config.labels)
        keeper = ShadowKeeper(here.config, here.registry, book)
        trials = TrialKeeper(here.config.data_dir, here.config.promotion, here.registry, book)
        with closing(book), closing(keeper), closing(trials):
            trials.start()
            _work(keeper, parts, ended)


def _work(keeper: ShadowKeeper, parts: int, ended: threading.Event) -> None:
    looked, told = 0, ""
    while not ended.is_set() and (not parts or looked < parts):
        fresh = keeper.turn()
        looked += fresh
        if keeper.problem and keeper.problem != told:
            terminal().print(render(keeper.problem))
        told = keeper.problem
        if fresh:
            terminal().print(f"{looked} parts looked at")
        else:
            ended.wait(EVERY_S)
