"""How a program ends: by its own exit code, with one line that a person can act on, or as broken.

Whatever a program meets, it prints no traceback: those are for who mends the program, and are
written to a file whose path is printed.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable
from typing import NoReturn, TextIO

from models.ground.errors import UserError

REFUSED = 2
"""What was asked for cannot be done; one line says why."""
INTERNAL = 70
"""The program is at fault (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED = 130
PIPE_GONE = 141
"""Nobody reads the output any more; what a shell tells of a program that SIGPIPE has ended."""


Words = Callable[[str], str]
"""What is said of an error's message."""


def end_with(
    program: Callable[[], int | None], name: str = "error", words: Words = str
) -> NoReturn:
    """Run `program` and end the process with the exit code that it returns (None: 0).

    A UserError becomes one line and its own exit code, an OSError or a lack of memory one line and
    REFUSED, any other exception one line, a file with the details and INTERNAL; a reader that has
    gone away ends it quietly. `name` begins the lines, `words` puts a message into a language.
    """
    _prepare(name)
    code = _guarded(lambda: _flushed(program()), name, words)
    if code != PIPE_GONE:
        # What the guard itself has printed may be unread or not fit, too.
        code = _guarded(lambda: _flushed(code), name, words)
    _silence_lost_streams()
    raise SystemExit(code)


def refuse(message: object, name: str = "error") -> int:
    """Say in one line, or a line for each mistake, what cannot be done; gives the exit code."""
    first, *others = _printable(str(message)).split("\n")
    _say("\n".join([f"{name}: {first}", *(f"  {line.strip()}" for line in others if line.strip())]))
    return REFUSED


def broken(error: BaseException, name: str = "error") -> int:
    """Say in one line that the program is at fault, and where the details are; the exit code."""
    from models.ground.details import place_of, write_details

    kind = type(error).__name__
    what = _printable(str(error)).partition("\n")[0][:200]
    _say(
        f"{name}: internal error at {place_of(error)} ({kind}{': ' if what else ''}{what}); "
        f"{write_details(error)}"
    )
    return INTERNAL


def _guarded(program: Callable[[], int], name: str, words: Words) -> int:
    try:
        return program()
    except KeyboardInterrupt:
        return INTERRUPTED
    except SystemExit as ended:
        return _code_of(ended, name)
    except UserError as error:
        refuse(words(str(error)), name)
        return error.exit_code
    except MemoryError as error:
        what = f" ({error})" if str(error) else ""
        return refuse(f"not enough memory{what}: end other programs, or give less at once", name)
    except OSError as error:
        if error.errno is None:
            return broken(error, name)
        return PIPE_GONE if _unread(error) else refuse(_outside(error), name)
    except BaseException as error:
        wish = _wish_in(error)
        return broken(error, name) if wish is None else wish


def _wish_in(error: BaseException) -> int | None:
    """The exit code of a wish to end that a library has made another error of, as compiled ones do
    with what a signal's handler raises while they load; None: there was none.
    """
    cause = error.__cause__
    while cause is not None:
        if isinstance(cause, KeyboardInterrupt):
            return INTERRUPTED
        if isinstance(cause, SystemExit) and isinstance(cause.code, int):
            return cause.code
        cause = cause.__cause__
    return None


def _code_of(ended: SystemExit, name: str) -> int:
    """The exit code that a library asks for. rich says 1 where the reader of the output is gone."""
    if isinstance(ended.__context__, BrokenPipeError):
        return PIPE_GONE
    if ended.code is None or isinstance(ended.code, int):
        return ended.code or 0
    return refuse(ended.code, name)


def _outside(error: OSError) -> str:
    """What the machine refuses, of which file."""
    files = [str(file) for file in (error.filename, error.filename2) if file is not None]
    where = f"{' -> '.join(files)}: " if files else ""
    return f"{where}{error.strerror or error}; correct that and start again"


def _unread(error: OSError) -> bool:
    """Whether the error says that the reader of our own output is gone."""
    if not isinstance(error, BrokenPipeError):
        return False
    watch = select.poll()
    for stream in _streams():
        with contextlib.suppress(OSError, ValueError):  # no stream of the system's
            watch.register(stream, 0)
    return any(event & select.POLLERR for _, event in watch.poll(0))


def _flushed(code: int | None) -> int:
    for stream in _streams():
        stream.flush()
    return code or 0


def _streams() -> list[TextIO]:
    return [stream for stream in (sys.stdout, sys.stderr) if stream is not None]


def _prepare(name: str) -> None:
    """No character that a terminal lacks ends the program; no thread prints its traceback."""
    _fill_closed()
    for stream in _streams():
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")

    def thread_failed(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None and not isinstance(failed.exc_value, SystemExit):
            broken(failed.exc_value, name)

    def ignored(failed: sys.UnraisableHookArgs) -> None:
        if failed.exc_value is not None and not isinstance(failed.exc_value, KeyboardInterrupt):
            broken(failed.exc_value, name)

    threading.excepthook = thread_failed
    sys.unraisablehook = ignored


def _fill_closed() -> None:
    """Where a stream is closed, the next file opened would take its place, and what libraries
    print would land in it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def _silence_lost_streams() -> None:
    """Python flushes once more at its end, and would print what that meets."""
    for stream in _streams():
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                nothing = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nothing, stream.fileno())
                os.close(nothing)


def _printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters but the newline are spelled out."""
    return "".join(
        c if c == "\n" or (ord(c) >= 32 and not 127 <= ord(c) < 160) else repr(c)[1:-1]
        for c in _one_word(text)
    )


def _one_word(text: str) -> str:
    """A word of the command line with newlines in it stays in its line."""
    for word in sys.argv[1:]:
        if "\n" in word:
            text = text.replace(word, word.replace("\n", "\\n"))
    return text


def _say(text: str) -> None:
    try:
        print(text, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        return  # nobody can be told; the exit code still tells
