"""Every option of every verb changes what is done, or is refused: none is passed over.

Each line below is tried as it stands and then with one option more, every option of its verb in
turn. What a verb does is what it hands to the functions named in `CALLS`, the last of which ends
it, and what it prints. `refused` names the options that must be refused on that line; all others
must change something.
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest
import typer
from typer.testing import CliRunner

from cell.config.quality import QualityConfig
from cell.faces.cli.app import app
from cell.faces.cli.bench.gpu import Row
from cell.faces.cli.bench.inspection import Times
from cell.faces.cli.errors import UsageError

LATER = {"as_json", "apply"}
"""What is decided after the work, for which the verbs have tests of their own."""
VERBS = "cell.faces.cli.verbs"
THROUGH = object()
"""The function is heard, and does its work."""


class EndedError(Exception):
    """The verb has come as far as it is followed."""


def ends(*_: object, **__: object) -> None:
    raise EndedError


def gives(value: object) -> Callable[..., Any]:
    return lambda *_, **__: value


def one_campaign(folder: Path, site: Callable[..., object], *_: object) -> None:
    site(folder, small=False)
    raise EndedError


QUALITY = SimpleNamespace(
    quality=QualityConfig.model_validate(
        {"time_zone": "UTC", "shifts": ({"name": "a", "begin": "00:00", "end": "00:00"},)}
    )
)
CONFIG = SimpleNamespace(model_copy=gives(None))
STUDY = SimpleNamespace(result=SimpleNamespace(grade=SimpleNamespace(value="x")))
READ = SimpleNamespace(open=gives(None))
CLOSED = SimpleNamespace(close=gives(None))
SETUP = SimpleNamespace(
    compares=True, complete=None, engine=SimpleNamespace(name="x"), model="m",
    recipe=SimpleNamespace(
        part=SimpleNamespace(size_m=(1, 1), thickness_m=0.0, inset_m=0.0, round=False)
    ),
)  # fmt: skip
CELL = SimpleNamespace(find=gives(None), settle=gives(None), view=gives(None))
GATE_ROW = SimpleNamespace(rate=1.0, times=1.0, shared=0.0, passed=0.0, median=1, ninety=1)
GPU_ROW = Row(Times("some-gpu", "engine", (1.0, 2.0)), 1)
CALLS: dict[str, dict[str, Any]] = {
    "run": {
        "load": THROUGH, "demo_twin": THROUGH, "require_target": THROUGH, "Session": gives(None),
        "load_inspection_parts": gives(None), "require_writable_folder": gives(None), "_run": ends,
    },
    "inspect": {
        "load": THROUGH, "require_target": THROUGH, "build_inspector": gives(SETUP),
        "inspect_file": ends,
    },
    "evaluate": {
        "load": THROUGH, "require_target": THROUGH, "require_engine": gives(None), "measure": ends,
    },
    "thresholds": {
        "with_engine": gives(None), "require_engine": gives(None), "choose_thresholds": ends,
    },
    "train": {
        "_boards": gives((None, {}, "")), "_pictures": gives((None, {}, "")),
        "vision.lab.training.loop.Trainer": gives(SimpleNamespace(run=gives(None))),
        "_export": ends, "train_set": ends, "ultralytics_set": ends, "ultralytics_folder": ends,
        "_dealt": gives((None, {}, "")), "begun_with": gives(("w.pt", Path("p"))),
        "gone_on_with": gives(("w.pt", Path("p"))),
    },
    "jobs list": {"jobs_of": ends},
    "jobs show": {"jobs_of": ends},
    "jobs cancel": {"foreman": ends},
    "jobs resume": {"resume_job": ends},
    "jobs run": {"jobs_of": ends},
    "jobs host": {"cell_of": ends},
    "teach": {"load": THROUGH, "labelled_defects": gives([]), "teach_recipe": ends},
    "twin": {"load": THROUGH, "demo_twin": ends},
    "practice": {
        "load": THROUGH, "demo_twin": THROUGH, "load_inspection_parts": gives(None),
        "require_writable": gives(None), "write_whole": gives(None), "Session": gives(None),
        "_run": ends,
    },
    "doctor": {"load": ends},
    "bench run": {"_one": ends},
    "bench inspect": {
        "load": THROUGH, "require_target": THROUGH, "build_inspector": gives(SETUP),
        "one_thread": gives(None), "needs": gives((None, None)), "golden_views": gives([]),
        "camera_frames": gives([]), "read_frames": gives([]),
        "rival": gives(SimpleNamespace(call=None)), "measure": ends,
    },
    "bench gpu": {
        "load": THROUGH, "require_target": THROUGH, "_measure": gives(([GPU_ROW], {})),
    },
    "bench picks": {"_measure": ends},
    "bench read": {
        "read_picture": gives(None), "write_pictures": gives([Path("x")]), "measure": ends,
    },
    "bench teach": {
        "one_thread": gives(None), "require_target": THROUGH, "_items": gives([]),
        "_measured": ends,
    },
    "bench import": {"one_thread": gives(None), "compare": ends},
    "bench faces": {
        "_beside": gives({}), "_open_shift": ends, "os.getloadavg": gives((0.0, 0.0, 0.0)),
    },
    "bench faults": {"plan": THROUGH, "_site": gives(None), "Campaign": one_campaign},
    "bench cuts": {"faults": ends},
    "data import": {"LabelReading": gives(READ), "write_coco": ends},
    "data split": {
        "LabelReading": gives(READ), "require_target": THROUGH, "named_groups": gives(None),
        "split_by_group": gives(None), "save_split": ends,
    },
    "data stats": {"LabelReading": gives(READ), "load_split": gives(None), "stats_of": ends},
    "data check": {
        "survey": gives((None, [])), "require_target": THROUGH, "load_split": gives(None),
        "check_data": ends,
    },
    "labels formats": {"rows": ends},
    "labels export": {
        "_book": gives(CLOSED), "_audit": gives(CLOSED), "export_set": ends,
    },
    "labels import": {
        "_book": gives(CLOSED), "_audit": gives(CLOSED), "_classes_of": gives(frozenset()),
        "time_ns": gives(1), "bring_in": ends,
    },
    "bench gate": {"load": THROUGH, "curve": gives([]), "tried": gives(GATE_ROW)},
    "model list": {"_models": ends}, "model show": {"_model": ends},
    "model verify": {"_verify": ends}, "model add": {"_add": ends}, "model try": {"_change": ends},
    "model promote": {"_change": ends}, "model rollback": {"_roll_back": ends},
    "model thresholds": {"has_models": gives(True), "_with": ends},
    "model shadow": {"_look_on": ends},
    "model import": {"load": THROUGH, "_import": ends},
    "recipe list": {"load": THROUGH, "recipe_entries": ends},
    "recipe show": {"load": THROUGH, "find_recipe": ends},
    "recipe check": {"load": THROUGH, "require_target": THROUGH, "check_recipe": ends},
    "recipe use": {"_change": ends},
    **{verb: {"give": ends} for verb in ("start", "stop", "drain", "reset", "clear")},
    **{verb: {"give": ends} for verb in ("acknowledge", "unshelve")},
    "shelve": {"_shelve": ends},
    "bin": {"_exchange": ends},
    "override": {"_override": ends},
    "reassess": {"_reassess": ends},
    "bag record": {"_join": THROUGH, "_record": ends},
    "bag play": {"_join": THROUGH, "cell.client.replaying.replay": ends},
    "status": {"RunningCell": gives(nullcontext(CELL)), "_watch": ends, "_print": ends},
    "alarms": {
        "_standing": ends, "_history": ends, "tell_events": ends, "tell_figures": ends,
        "data_of": THROUGH,
    },
    "parts": {
        "_archive": gives(None), "_one": ends, "_list": ends, "_export": ends, "data_of": THROUGH,
    },
    "user add": {"read_secret": gives("2580"), "_add": ends},
    "user change": {"read_secret": gives("2580"), "_change": ends},
    "user disable": {"_change": ends},
    "user end-sessions": {"_end": ends},
    "user token": {"_make": ends},
    "user list": {"house_of": ends},
    "user import": {"read_written": gives(""), "_import": ends},
    "user export": {"require_target": THROUGH, "house_of": ends},
    "audit verify": {"settings_of": THROUGH, "check_log": ends},
    "audit list": {"read": ends},
    "audit export": {"read": gives(()), "as_csv": gives(""), "write_whole": gives(None)},
    "audit accept": {"_accept": ends},
    "quality summary": {
        "settings_of": gives(QUALITY), "time_ns": gives(18 * 10**17), "_summary": ends,
    },
    "quality gauge plan": {"settings_of": gives(QUALITY), "time_ns": gives(1), "_plan": ends},
    "quality gauge list": {"book_of": ends},
    "quality gauge judge": {"_judge": ends, "_by_cell": ends},
    "quality gauge report": {
        "settings_of": gives(QUALITY), "require_target": THROUGH,
        "book_of": gives(nullcontext(SimpleNamespace(evaluation=gives(STUDY)))),
        "gauge_report": ends,
    },
    "quality audit draw": {"settings_of": gives(QUALITY), "time_ns": gives(1), "_draw": ends},
    "quality audit take": {"taken": ends},
    "quality audit report": {
        "settings_of": gives(QUALITY), "require_target": THROUGH, "_result": gives(None),
        "audit_report": gives(b"x"), "handed_out": ends,
    },
    "quality audit show": {"settings_of": gives(QUALITY), "_result": ends},
    "quality monitors show": {"settings_of": gives(CONFIG), "_now": ends},
    "quality monitors begin": {"settings_of": gives(CONFIG), "_begin": ends},
    "quality acceptance plan": {
        "settings_of": gives(QUALITY), "time_ns": gives(1), "_plan": ends,
    },
    "quality acceptance draw": {"_draw": ends},
    "quality acceptance take": {"taken": ends},
    "quality acceptance list": {"book_of": ends},
    "quality acceptance show": {"_show": ends},
    "quality acceptance sign": {"examiner_of": ends},
    "quality acceptance report": {
        "require_target": THROUGH, "_report": gives(b"x"), "handed_out": ends,
    },
    "quality acceptance verify": {"_verify": ends},
    "records verify": {"check_folder": ends},
    "records rebuild": {
        "open_records": gives(SimpleNamespace(dispose=gives(None))), "restart": ends,
    },
    "bench records": {"_made": gives({}), "_answers": ends},
    "records prune": {
        "load": THROUGH, "open_records": gives(SimpleNamespace(dispose=gives(None))),
        "_is_current": gives(True), "_prune": ends,
    },
}  # fmt: skip
"""What each verb's own module calls (or another module, by its whole name), in no order."""
MODULES = {
    "bench run": "bench", "bench cuts": "bench_faults", "records verify": "records",
    "labels formats": "labels", "labels export": "labels", "labels import": "labels",
    **{f"model {verb}": "model" for verb in ("list", "show", "verify")},
    **{f"model {verb}": "model_change" for verb in ("add", "try", "promote", "rollback")},
    "model thresholds": "model_thresholds", "model shadow": "model_shadow",
    "model import": "model_import",
    "recipe list": "recipe", "recipe show": "recipe", "recipe check": "recipe",
    "user list": "user", "user import": "user", "user export": "user",
    "user add": "user_accounts", "user change": "user_accounts",
    "user disable": "user_accounts", "user end-sessions": "user_accounts",
    "audit verify": "audit", "audit list": "audit", "audit export": "audit",
    "audit accept": "audit", "quality summary": "quality",
    **{f"quality gauge {verb}": "quality_gauge" for verb in ("plan", "list", "judge", "report")},
    **{f"quality audit {verb}": "quality_audit" for verb in ("draw", "take", "show", "report")},
    **{
        f"quality acceptance {verb}": "quality_acceptance"
        for verb in ("plan", "draw", "take", "list", "show", "sign", "report", "verify")
    },
    "quality monitors show": "quality_monitors", "quality monitors begin": "quality_monitors",
    "bag record": "bag", "bag play": "bag", "jobs list": "jobs", "jobs show": "jobs",
}  # fmt: skip
VALUES = {
    "seeds": "5,6", "canonical": "64x64", "draw": "seen.png",
    "size_mm": "50x40", "diameter_mm": "50",
    "shares": "a=0.5,b=0.5",
    "fixed": "train=g", "unlabelled": "good", "format": "coco", "data_format": "coco",
    "recipe": "ball_screw",
    "parts": "9", "engine": "auto", "precision": "bf16", "host": "127.0.0.2", "only": "*a*",
    "split": "some", "group_by": "(.)", "report": "r.json", "overlay": "o.png", "config": "C",
    "minutes": "1.5", "device": "cpu", "licence": "mine", "side": "96", "groups": "a,b",
    "site": "SITE", "role": "integrator", "secret": "badge", "from_": "2026-01-31",
    "to": "2026-01-31T06:00", "format_": "csv", "since": "2026-01-31",
    "until": "2026-01-31", "score": "0.5", "verdict": "reject", "disposition": "removed",
    "features_mean": "0.5", "features_std": "0.2", "labelled": "3,9", "same": "a,b",
    "class_": "a=b", "state": "canary", "classes": "a=b", "iou": "0.5",
    "trainer": "ultralytics", "namespace": "/cell2", "nodes": "belt",
    "camera": "other", "arm": "other", "shift": "a", "say": "good", "lang": "ko",
    "found": "defective", "course": "labelling",
}  # fmt: skip
"""Other values than the default, where one is not found from the option's kind."""


@dataclass(frozen=True)
class Line:
    words: str
    refused: str = ""


LINES = [
    Line("run", "headless"),
    Line("run --nodes belt,robot,hmi", "parts headless start report"),
    Line("run --no-twin", "parts headless start report seed pitch defective site host"),
    Line("run --parts 3", "twin nodes"),
    Line("run --parts 3 --headless --data D", "twin start port nodes"),
    Line("inspect a.png"),
    Line("evaluate --data D", "group_by"),
    Line("evaluate --data D --split test"),
    Line("thresholds --data D", "group_by"),
    Line("thresholds --data D --groups a"),
    Line("train --recipe new --data D", "resume class_ steps follow weights python"),
    Line(
        "train --recipe new --data D --out RUN --resume",
        "start out class_ steps follow label_set weights python",
    ),
    Line(
        "train --recipe new --set S",
        "format out package group_by unlabelled accept_losses split epochs minutes batch rate "
        "features device every resume start weights python",
    ),
    Line(
        "train --recipe pcb --data BOARDS",
        "split side features licence group_by unlabelled accept_losses resume class_ steps follow "
        "weights python",
    ),
    Line(
        "train --recipe new --data D --trainer ultralytics --weights w.pt",
        "resume class_ steps follow minutes rate features every start",
    ),
    Line(
        "train --recipe new --data D --out RUN --trainer ultralytics --resume",
        "out class_ steps follow minutes rate features every start weights label_set",
    ),
    Line(
        "train --recipe new --set S --trainer ultralytics --weights w.pt",
        "format out package group_by unlabelled accept_losses split epochs minutes batch rate "
        "features device every resume start",
    ),
    Line(
        "teach --recipe new --good G",  # another recipe is one that comes with the cell
        "recipe features_licence features_mean features_std features_outputs",
    ),
    Line("teach --recipe new --good G --features F", "recipe"),
    Line("twin"),
    Line("practice --data D"),
    Line("doctor"),
    Line("bench run --out D"),
    Line("bench inspect", "precision"),
    Line("bench inspect --engine onnxruntime"),
    Line("bench gpu"),
    Line("bench picks --data D"),
    Line("bench read"),
    Line("bench records"),
    Line("bench records --data D", "parts unlabelled"),
    Line("bench teach --data D"),
    Line("bench import --model best.onnx --pictures D"),
    Line("bench faces"),
    Line("bench faults --data D", "list_only"),
    Line("bench faults --data D --all", "list_only minutes"),
    Line("bench faults --data D --only table/*", "list_only number_of_cuts"),
    Line("bench faults --list", "data host domain namespace"),
    Line("bench faults --list --only table/*", "data host domain namespace minutes number_of_cuts"),
    Line("bench cuts --data D"),
    Line("data import S --out D"),
    Line("data split S --out s.json"),
    Line("data split S --out s.json --shares none", "seed"),
    Line("data stats S"),
    Line("data check S"),
    Line("labels formats"),
    Line("labels export S --to O --format yolo-detect"),
    Line("labels import S --format yolo-detect --person kim"),
    Line("jobs list"),
    Line("jobs show 1"),
    Line("jobs cancel 1"),
    Line("jobs resume 1"),
    Line("jobs run"),
    Line("jobs host"),
    Line("bench gate"),
    Line("model list"),
    Line("model show MODEL"),
    Line("model verify"),
    Line("model shadow"),
    Line("model add PACKAGE --recipe gear"),
    Line("model try MODEL --set june"),
    Line("model promote MODEL --to shadow --why x", "override"),
    Line("model promote MODEL --to active --why x"),
    Line("model rollback gear --why x"),
    Line(
        "model thresholds gear",
        "escape_cost false_reject_cost review_cost defective_share rounds override why",
    ),
    Line(
        "model thresholds gear --back --why x",
        "label_set escape_cost false_reject_cost review_cost defective_share rounds override",
    ),
    Line("model thresholds gear --set june", "override why back"),
    Line("model thresholds gear --set june --apply --why x", "back"),
    Line(
        "model import best.onnx --recipe new",
        "python format group_by unlabelled accept_losses resize",
    ),
    Line("model import best.pt --recipe new --data D"),
    Line("recipe list"),
    Line("recipe show pcb"),
    Line("recipe check pcb", "picture"),
    Line("recipe check pcb --draw o.png"),
    Line("recipe use pcb --person kim --reason why"),
    Line("recipe use pcb --person kim --reason why --prepare-only", "drain"),
    Line("user add kim --role quality"),
    Line("user add kim --role quality --secret none", "password_stdin"),
    Line("user change kim --role quality", "secret password_stdin"),
    Line("user change kim --secret pin", "role display language enable"),
    Line("user disable kim"),
    Line("user token kim --label report --role quality"),
    Line("user end-sessions kim"),
    Line("user list"),
    Line("user import list.csv"),
    Line("user export --out list.csv"),
    Line("audit verify"),
    Line("audit list"),
    Line("audit export --out log.jsonl"),
    Line("audit accept --why looked"),
    Line("bag record b.mcap"),
    Line("bag play b.mcap"),
    Line("status"),
    Line("start"),
    Line("stop"),
    Line("drain"),
    Line("reset"),
    Line("clear --empty"),
    Line("acknowledge belt.stopped", "every"),
    Line("acknowledge --all"),
    Line("shelve camera.frame_failed --reason why"),
    Line("unshelve camera.frame_failed"),
    Line("bin scrap --out", "empty"),
    Line("bin scrap --empty", "out"),
    Line("alarms", "since until last data"),
    Line("alarms --history", "events figures"),
    Line("alarms --events", "history figures"),
    Line("alarms --figures", "history events last"),
    Line("parts"),
    Line("parts --export x.csv", "last"),
    Line(
        "parts s1-1",
        "verdict disposition defect score recipe model person overridden run beginning since until "
        "last export",
    ),
    Line("override s1-1 reject --reason why"),
    Line("reassess s1-1 good --reason why"),
    Line("override s1-1 pass --reason why", "bin_"),
    Line("quality summary"),
    Line("quality gauge plan S --recipe ball_screw --appraiser kim"),
    Line("quality gauge list"),
    Line("quality gauge judge S --as kim", "say place person"),
    Line("quality gauge judge S --as kim --say good --place 4", "person"),
    Line("quality gauge judge S --as cell", "show say place"),
    Line("quality gauge report S --out O"),
    Line("quality audit draw A"),
    Line("quality audit take A P --found defective"),
    Line("quality audit show A"),
    Line("quality audit report A --out O"),
    Line("quality monitors show"),
    Line("quality monitors begin --all --why lamp"),
    Line("quality monitors begin pcb --why lamp", "every"),
    Line("quality acceptance plan A --recipe ball_screw"),
    Line("quality acceptance draw A"),
    Line("quality acceptance take A P --found defective"),
    Line("quality acceptance list"),
    Line("quality acceptance show A"),
    Line("quality acceptance sign A"),
    Line("quality acceptance report A --out O"),
    Line("quality acceptance verify A"),
    Line("records verify"),
    Line("records prune"),
    Line("records rebuild"),
]


def verbs() -> dict[str, Any]:
    """Every command by its words."""

    def walk(group: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        for name, command in group.commands.items():
            if hasattr(command, "commands"):
                yield from walk(command, (*path, name))
            else:
                yield " ".join((*path, name)), command

    return dict(walk(typer.main.get_command(app), ()))


COMMANDS = verbs()


def verb_of(line: Line) -> str:
    words = line.words.split()
    return next(
        name for name in (" ".join(words[:3]), " ".join(words[:2]), words[0]) if name in COMMANDS
    )


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a begun run, boards, a site, and a cell that is not the demo's."""
    monkeypatch.chdir(tmp_path)
    without_torch = SimpleNamespace(Settings=dict, Trainer=None)
    monkeypatch.setitem(sys.modules, "vision.lab.training.loop", without_torch)
    (tmp_path / "RUN").mkdir()
    (tmp_path / "RUN" / "last.pt").touch()
    (tmp_path / "BOARDS" / "PCBData").mkdir(parents=True)
    demo = Path(importlib.import_module("cell.config.load").DEMO)
    text = demo.read_text(encoding="utf-8").replace("speed_m_s: 0.2", "speed_m_s: 0.25")
    calibration = demo.parents[2] / "calibration" / "demo_cell.json"
    (tmp_path / "SITE").write_bytes(calibration.read_bytes())
    (tmp_path / "C").write_text(text.replace("../../calibration/demo_cell.json", str(calibration)))
    return tmp_path


def done_by(verb: str, words: list[str]) -> list[str] | UsageError:
    """What the verb does with these words, or the error that refuses them."""
    heard: list[str] = []
    home = f"{VERBS}.{MODULES.get(verb, verb.replace(' ', '_'))}"
    if verb.startswith("data "):
        home = f"{VERBS}.data"
    with ExitStack() as stack:
        for name, instead in CALLS[verb].items():
            module, _, own = name.rpartition(".")
            target = importlib.import_module(module or home)
            real = getattr(target, own)
            does = real if instead is THROUGH else instead

            def call(*args: Any, _own: str = own, _does: Any = does, **more: Any) -> Any:
                heard.append(f"{_own} {args!r} {more!r}")
                return _does(*args, **more)

            stack.enter_context(patch.object(target, own, call))
        result = CliRunner().invoke(app, words)
    if isinstance(result.exception, UsageError):
        return result.exception
    assert result.exception is None or isinstance(result.exception, EndedError), result.output
    return [
        re.sub(r"0x[0-9a-f]+|/tmp/(?:tmp|inspection-cell-scratch-)[\w-]+|-\d{6,}", "", line)
        for line in (*heard, result.output)
    ]


def one_more(option: Any) -> list[str]:
    """Words that give the option another value than its default."""
    if option.is_flag:
        return [option.secondary_opts[0] if option.default is True else option.opts[0]]
    noted = str(option.type_descriptor.annotation)
    kind = next((kind for kind in (int, float) if kind.__name__ in noted), None)
    # A name may mean a word at one verb and a number at another.
    if option.name in VALUES and (kind is None or VALUES[option.name][:1].isdigit()):
        return [option.opts[0], VALUES[option.name]]
    if kind is None:
        return [option.opts[0], "another"]
    value = 3 * (option.default or option.min or 1)
    return [option.opts[0], f"{kind(value if option.max is None else min(value, option.max))}"]


def test_every_verb_is_tried() -> None:
    assert {verb_of(line) for line in LINES} == COMMANDS.keys()


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("line", LINES, ids=lambda line: line.words)
def test_an_option_has_an_effect_or_is_refused(line: Line) -> None:
    verb = verb_of(line)
    words = line.words.split()
    usual = done_by(verb, words)
    assert isinstance(usual, list), usual
    assert done_by(verb, words) == usual, "the same line does the same"
    refused, ignored = set(), set()
    for option in COMMANDS[verb].params:
        given = option.param_type_name != "option" or option.name in {"help", *LATER}
        given |= VALUES.get(option.name) in words
        if given or (option.is_flag and set(words) & {*option.opts, *option.secondary_opts}):
            continue
        done = done_by(verb, [*words, *one_more(option)])
        if isinstance(done, UsageError):
            refused.add(option.name)
        elif done == usual:
            ignored.add(option.name)
    assert not ignored
    assert refused == set(line.refused.split())
