"""How the command ends: its exit codes, its one line, and where the details are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
Ended = subprocess.CompletedProcess[bytes]


def run(folder: Path, *command: str | bytes, **environment: str) -> Ended:
    """A program with its own state folder; no other locale than the given one."""
    kept = {k: v for k, v in os.environ.items() if k not in ("LANG", "LC_ALL", "PYTHONUTF8")}
    given = {**kept, "XDG_STATE_HOME": str(folder), "PYTHONPATH": str(ROOT), **environment}
    return subprocess.run(
        [sys.executable, *command], env=given, capture_output=True, cwd=folder, check=False
    )


def program(folder: Path, body: str, **environment: str) -> Ended:
    """A program of one function, ended as the command ends."""
    text = (
        "import errno, os, sys, threading\n"
        "from rich.console import Console\n"
        "from models.ground.ending import end_with, refuse\n"
        "from models.errors import ModelError\n"
        "from twin.listening import PortError\n"
        "def program():\n" + "".join(f"    {line}\n" for line in body.splitlines()) + "\n"
        "end_with(program)\n"
    )
    return run(folder, "-c", text, **environment)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ("return None", 0, ""),
        ("return 1", 1, ""),
        ("sys.exit(5)", 5, ""),
        ("sys.exit('no board')", 2, "no board"),
        ("raise KeyboardInterrupt", 130, ""),
        # A library in C that was loading when a signal came, as pybind11 tells of it.
        ("raise ImportError('initialization failed') from SystemExit(143)", 143, ""),
        ("raise ImportError('initialization failed') from ValueError()", 70, "(ImportError"),
        ("return refuse('bad\\nworse')", 2, "error: bad\n  worse"),
        ("return refuse('a\\x1b[2Jb')", 2, "error: a\\x1b[2Jb"),
        ("raise ModelError('no card')", 2, "error: no card"),
        ("raise PortError('127.0.0.1', 5020, 'PLC', OSError(98, ''))", 3, "error: port 5020"),
        ("open('/no/such/file')", 2, "/no/such/file: No such file"),
        ("open('/')", 2, "/: Is a directory"),
        ("open('x' * 300)", 2, "File name too long"),
        ("open('a/b', 'w')", 2, "a/b: No such file"),
        ("raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))", 2, "No space left"),
        ("raise MemoryError('9 GiB')", 2, "not enough memory (9 GiB)"),
        ("def f(): f()\nf()", 70, "internal error at the program's start (RecursionError"),
        ("raise ValueError('x\\ny')", 70, "(ValueError: x)"),
        ("raise BrokenPipeError(errno.EPIPE, 'socket')", 2, "socket"),
        ("raise OSError('of a library')", 70, "of a library"),
    ],
)
def test_every_end_has_its_code_and_one_line(
    tmp_path: Path, body: str, code: int, words: str
) -> None:
    ended = program(tmp_path, body)
    said = ended.stderr.decode()
    assert ended.returncode == code, said
    assert words in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == (0 if not words else 1 + words.count("\n"))


def test_the_details_are_in_a_file_that_others_can_read(tmp_path: Path) -> None:
    ended = program(tmp_path, "os.umask(0o022)\nraise ValueError('broken')")
    (file,) = (tmp_path / "inspection-cell" / "errors").iterdir()
    assert str(file) in ended.stderr.decode()
    assert file.stat().st_mode & 0o777 == 0o644
    text = file.read_text()
    for wanted in ("Traceback", "ValueError: broken", "command:", "python: 3.", "pydantic 2."):
        assert wanted in text


def test_a_bounded_number_of_details_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "inspection-cell" / "errors"
    folder.mkdir(parents=True)
    for i in range(40):
        (folder / f"2000{i:02}.txt").write_text("old")
    program(tmp_path, "raise ValueError")
    assert len(list(folder.iterdir())) == 20
    assert not (folder / "200020.txt").exists()
    assert (folder / "200021.txt").exists()


def test_without_a_state_folder_the_temporary_one_is_taken(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ended = program(
        tmp_path, "raise ValueError", XDG_STATE_HOME=str(tmp_path / "file"), TMPDIR=str(tmp_path)
    )
    assert ended.returncode == 70
    (folder,) = tmp_path.glob("inspection-cell-errors-*")
    assert len(list(folder.iterdir())) == 1


def test_a_thread_that_breaks_prints_one_line(tmp_path: Path) -> None:
    body = "thread = threading.Thread(target=lambda: 1 / 0)\nthread.start()\nthread.join()"
    ended = program(tmp_path, body)
    assert ended.returncode == 0
    assert b"ZeroDivisionError" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("say", ["print(text)", "Console().print(text)"])
@pytest.mark.parametrize("code", [0, 1])
def test_a_reader_that_has_gone_away_ends_it_quietly(say: str, code: int) -> None:
    """Not with 1, which would be an answer."""
    body = f"text = 'x' * 70\nfor _ in range(9999): {say}\nreturn {code}"
    reading, writing = os.pipe()
    os.close(reading)
    text = "from rich.console import Console\nfrom models.ground.ending import end_with\ndef p():\n"
    text += "".join(f"    {line}\n" for line in body.splitlines()) + "end_with(p)"
    ended = subprocess.run(
        [sys.executable, "-c", text], stdout=writing, stderr=subprocess.PIPE, cwd=ROOT, check=False
    )
    os.close(writing)
    assert ended.returncode == 141
    assert ended.stderr == b""


def test_output_that_does_not_fit_is_said() -> None:
    text = "from models.ground.ending import end_with\nend_with(lambda: print('pass'))"
    with open("/dev/full", "w") as full:
        ended = subprocess.run(
            [sys.executable, "-c", text], stdout=full, stderr=subprocess.PIPE, cwd=ROOT, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.count(b"\n") == 1
    assert b"No space left" in ended.stderr


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "C"}, "부품.png".encode()),
        ({"LC_ALL": "POSIX"}, "부품.png".encode()),
        ({"PYTHONIOENCODING": "ascii"}, rb"\ubd80\ud488.png"),
    ],
)
def test_every_terminal_gets_korean_names(
    tmp_path: Path, environment: dict[str, str], expected: bytes
) -> None:
    ended = program(tmp_path, "print('부품.png')\nreturn refuse('부품.png')", **environment)
    assert ended.returncode == 2
    assert expected in ended.stdout
    assert expected in ended.stderr


def test_a_name_that_is_no_text_prints(tmp_path: Path) -> None:
    text = b"import sys\nfrom models.ground.ending import end_with, refuse\n"
    text += b"end_with(lambda: refuse(sys.argv[1]))"
    ended = run(tmp_path, "-c", text, b"\xff\n.png")
    assert ended.returncode == 2
    assert ended.stderr == b"error: \\udcff\\n.png\n"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--version"], 0, "inspection-cell 0.1.0"),
        ([], 2, "Usage: cell"),
        (["inpect", "x"], 2, "Did you mean 'inspect'?; `cell --help` tells"),
        (["inspect"], 2, "Missing argument 'image'; `cell inspect --help` tells"),
        (["inspect", "--colour", "x"], 2, "No such option: --colour"),
        (["thresholds", "--data", "x", "--escape-cost", "inf"], 2, "inf is no number to work with"),
        (["run", "--pitch", "nan"], 2, "--pitch"),
        (["data", "split", "x", "--out", "y", "--seed", "-3"], 2, "--seed"),
        (["inspect", "\udcff.png"], 2, "\\udcff.png"),
        (["inspect", "x" * 300 + ".png"], 2, "xxx"),
    ],
)
def test_a_wrong_command_line_is_one_line(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    ended = run(tmp_path, "-m", "cell.faces.cli.main", *map(os.fsencode, words))
    assert ended.returncode == code
    assert said in (ended.stdout + ended.stderr).decode()
    assert len(ended.stderr.splitlines()) == (code == 2 and bool(words))


def test_the_c_locale_alone_does_not_take_names_away(tmp_path: Path) -> None:
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ended = run(tmp_path, "-m", "cell.faces.cli.main", "inspect", "부품.png", **locale)
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith("error: 부품.png".encode())


@pytest.mark.parametrize("kind", ["png", "tiff", "bmp"])
def test_what_decoders_print_does_not_reach_people(tmp_path: Path, kind: str) -> None:
    image = np.random.default_rng(1).integers(0, 256, (256, 640), np.uint8)
    packed = [cv2.IMWRITE_TIFF_COMPRESSION, cv2.IMWRITE_TIFF_COMPRESSION_LZW]
    raw = cv2.imencode(f".{kind}", image, packed if kind == "tiff" else [])[1].tobytes()
    middle = len(raw) // 2
    hole = raw[:middle] + bytes(900) + raw[middle + 900 :]
    (tmp_path / "a").write_bytes(raw[:middle] if kind == "bmp" else hole)
    ended = run(tmp_path, "-m", "cell.faces.cli.main", "inspect", "a", "--recipe", "ball_screw")
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert ended.stderr.startswith(b"error: a: has damaged data")
    assert ended.stderr.count(b"\n") == 1


@pytest.mark.parametrize(("number", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130)])
def test_what_is_told_to_end_leaves_nothing_half_written(
    tmp_path: Path, number: str, code: int
) -> None:
    text = (
        "import os, signal\nfrom pathlib import Path\n"
        "import cell.faces.cli.app as app\nfrom cell.faces.cli.main import main\n"
        "from models.ground.writing import write_whole\n"
        f"os.fsync = lambda _: os.kill(os.getpid(), signal.{number})\n"
        "app.run_verb = lambda: write_whole(Path('report.json'), 'content')\n"
        "main()\n"
    )
    ended = run(tmp_path, "-c", text)
    assert (ended.returncode, ended.stderr) == (code, b"")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["vision.lab.teaching.measure", "--data", "nowhere"], "nowhere"),
        (["vision.engines.selfcheck", "nowhere"], "nowhere"),
        (["twin", "--config", "nowhere"], "nowhere"),
        (["twin", "--seed", "x"], "--seed"),
        (["twin", "--config", "cp949.yaml"], "is not UTF-8"),
    ],
)
def test_other_programs_end_in_one_line_too(tmp_path: Path, words: list[str], said: str) -> None:
    (tmp_path / "cp949.yaml").write_bytes("host: 부품".encode("cp949"))
    ended = run(tmp_path, "-m", *words)
    assert ended.returncode == 2
    assert said in ended.stderr.decode()
    assert len(ended.stderr.splitlines()) == 1
