"""`cell bench faces`: what the pages do under load, and what they cost the cell."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Final

import psutil
import typer
from rich.table import Table

from cell.config.load import dump, load
from cell.faces.cli.bench.faces.browser import Browser
from cell.faces.cli.bench.faces.clients import Pages, ask
from cell.faces.cli.bench.faces.figures import Block, cost, growth, percentiles, to_pixel
from cell.faces.cli.bench.faces.running import RunningCell
from cell.faces.cli.errors import UsageError
from cell.faces.cli.terminal import terminal
from cell.launcher.env import environment
from cell.launcher.host import HostShare
from models.ground.scratch import scratch

PIXEL_MS: Final = 300.0
COST_PERCENT: Final = 5.0
GROWN_PERCENT: Final = 10.0
"""Limits: verdict to pixel (p95), what pages may change of the cell's latency, and by how much an
open page or its server may grow.
"""
PAGES, PROGRAMS, BLOCKS, LOAD_S = 10, 4, 8, 30.0
PAINTED: Final = 100
"""Parts that are enough to tell how long a verdict takes to the page."""
PACE_S: Final = 25.0
"""Parts a second that the line plays to the page that stays open."""


def faces(
    parts: Annotated[
        int, typer.Option(min=1, help="Parts at the twin, with and without pages together.")
    ] = 240,
    played: Annotated[
        int, typer.Option(min=300, help="Parts that are played to the page that stays open.")
    ] = 4000,
    host: Annotated[str, typer.Option(help="Loopback address of the twin.")] = "127.0.9.80",
    domain: Annotated[int, typer.Option(min=0, max=101, help="ROS domain of the run.")] = 80,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Measure the pages beside a running cell with its twin, in a real browser (chromium).

    First how long a verdict takes from the ledger's event to the painted page; then programs and
    ten pages at once, where nothing may fail; then ten pages that come and go, and what the cell's
    verdicts take longer for them; then one page that stays open while thousands of parts are
    played. The load of the machine stands beside it: a busy one measures itself. Exit code 1 when
    a limit is missed.
    """
    share, loads = HostShare(), [os.getloadavg()[0]]
    with ExitStack() as stack:
        folder = stack.enter_context(scratch("bench"))
        told = _beside(stack, folder, parts, host, domain, loads)
    with ExitStack() as stack:
        folder = stack.enter_context(scratch("bench"))
        told["growth"] = _open_shift(stack, folder, played, domain)
    loads.append(os.getloadavg()[0])
    told["machine"] = {
        "cores": os.cpu_count(),
        "load_average": [round(one, 1) for one in loads],
        "lost_percent": round(share.lost_percent(), 1),
    }
    told["missed"] = missed(told)
    if as_json:
        print(json.dumps(told, indent=2))
    else:
        _print(told)
    if told["missed"]:
        raise typer.Exit(1)


def missed(told: dict[str, Any]) -> list[str]:
    """Which limits do not hold."""
    found = []
    if told["load"]["errors"]:
        found.append(f"{told['load']['errors']} requests failed")
    if told["pixel"]["parts"] == 0 or told["pixel"]["p95_ms"] >= PIXEL_MS:
        found.append(f"verdict to pixel takes {told['pixel']['p95_ms']:.0f} ms (p95)")
    interval = told["cost"]["interval_95"]
    if interval is None or interval[1] >= COST_PERCENT:
        found.append(f"ten pages may change the verdict's latency by {interval} %")
    grown = [
        name
        for name, one in told["growth"].items()
        if isinstance(one, dict) and (one["change_percent"] or 0.0) > GROWN_PERCENT
    ]
    return found + [f"{name} has grown" for name in grown]


def _beside(
    stack: ExitStack, folder: Path, parts: int, host: str, domain: int, loads: list[float]
) -> dict[str, Any]:
    """All that needs a running cell."""
    browser = Browser(folder / "profile")
    stack.callback(browser.close)
    port = _free_port()
    cell = RunningCell(folder / "data", host, port, domain)
    stack.callback(cell.close)
    cell.wait(lambda: _answers(port) and len(cell.judged()) > 1, "its first verdict")

    def more(count: int) -> Callable[[], bool]:
        wanted = len(cell.judged()) + count
        return lambda: len(cell.judged()) >= wanted

    browser.open(f"{cell.url}?lang=en")
    cell.wait(more(min(parts, PAINTED)), "the page was measured")
    pixel = to_pixel(browser.shown_ns(), cell.judged())
    browser.open("about:blank")
    loads.append(os.getloadavg()[0])
    pages = Pages(cell.url)
    stack.callback(pages.close)
    pages.open(PAGES)
    load = ask(cell.url, LOAD_S, PROGRAMS).told() | {"pages": PAGES, "pages_heard": pages.heard}
    load["pages_asked_again"] = pages.again
    blocks = []
    for number in range(BLOCKS):
        count = PAGES * ((number + number // 2 + 1) % 2)  # neither side has the later blocks
        pages.open(count)
        cell.wait(more(1), "a block began")
        began = time.time_ns()
        cell.wait(more(max(1, parts // BLOCKS)), "a block ended")
        blocks.append(Block(began, time.time_ns(), count))
    return {
        "pixel": {"parts": len(pixel), **percentiles(pixel)},
        "load": load,
        "cost": cost(blocks, cell.judged()),
    }


def _open_shift(stack: ExitStack, folder: Path, parts: int, domain: int) -> dict[str, Any]:
    """A page that stays open while a fast line is played to it."""
    port, env = _free_port(), environment(domain)
    config = load(None, {"data_dir": str(folder / "data"), "hmi.port": port})
    dump(config, folder / "cell.yaml")
    command = [sys.executable, "-m", "cell.faces.web", "--config", str(folder / "cell.yaml")]
    log = stack.enter_context((folder / "web.log").open("w"))
    web = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    stack.callback(_end, web)
    until = time.monotonic() + 120.0
    while not _answers(port):
        if web.poll() is not None or time.monotonic() > until:
            raise UsageError(f"the page did not come up: {(folder / 'web.log').read_text()[-300:]}")
        time.sleep(0.2)
    browser = Browser(folder / "profile")
    stack.callback(browser.close)
    browser.open(f"http://127.0.0.1:{port}/?lang=en", watch=False)
    player = subprocess.Popen(
        [sys.executable, "-m", "cell.faces.cli.bench.faces.player", config.namespace, str(parts),
         str(PACE_S)],
        env=env, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    stack.callback(_end, player)
    samples: list[dict[str, float]] = []
    server, seen = psutil.Process(web.pid), set()
    every = max(1, parts // 100 // 12)
    assert player.stdout is not None
    for number, _ in enumerate(player.stdout):
        seen.add(browser.part())
        if number % every == 0:
            samples.append(browser.held() | {"server_mib": server.memory_info().rss / 2**20})
    if player.wait() or len(seen) < parts // 200:
        raise UsageError("the page did not see the line that was played to it: measure again.")
    return {"parts": parts, "samples": len(samples), **growth(samples)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1.0).close()
    except OSError:
        return False
    return True


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _print(told: dict[str, Any]) -> None:
    console = terminal()
    table = Table("what", "measured", "limit")
    pixel, load, of = told["pixel"], told["load"], told["cost"]
    table.add_row(
        f"verdict to pixel, {pixel['parts']} parts",
        f"p50 {pixel['p50_ms']:.0f} ms, p95 {pixel['p95_ms']:.0f} ms", f"p95 < {PIXEL_MS:.0f} ms",
    )  # fmt: skip
    table.add_row(
        f"{load['requests']} requests of {PROGRAMS} programs beside {PAGES} pages",
        f"{load['errors']} errors, p95 {load['p95_ms']:.0f} ms", "0 errors",
    )  # fmt: skip
    table.add_row(
        f"{PAGES} open pages, {of['pairs']} pairs of blocks",
        f"{of['change_percent']} % (95 %: {of['interval_95']})", f"< {COST_PERCENT:.0f} %",
    )  # fmt: skip
    for name, one in told["growth"].items():
        if isinstance(one, dict):
            table.add_row(
                f"{name} over {told['growth']['parts']} parts",
                f"{one['first']} to {one['last']}", f"+{GROWN_PERCENT:.0f} % at most",
            )  # fmt: skip
    console.print(table)
    machine = told["machine"]
    console.print(
        f"{machine['cores']} cores; load average {machine['load_average']}; "
        f"{machine['lost_percent']} % of the processor given to other machines",
        markup=False,
    )
    for line in told["missed"]:
        console.print(f"missed: {line}", markup=False)
