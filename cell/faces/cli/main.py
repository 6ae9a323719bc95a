"""Entry point of the command `cell`: light, so that Ctrl-C while the rest loads stays quiet."""

from __future__ import annotations

try:
    import os
    import signal
    import sys

    from models.ground.chatter import mute_libraries
    from models.ground.ending import end_with
except KeyboardInterrupt:  # typed before the first line was read
    raise SystemExit(130) from None


_READING = ("data", "evaluate", "inspect", "labels", "model", "quality", "teach", "thresholds")
"""Verbs that read files of other people's and start no programs."""


def main() -> None:
    """Run the verb that the command line names and end the process with its exit code.

    0 and 1 are the verb's own answers; 2: it cannot be done, and one line says why; 70: the
    program is at fault, and one line says where the details are.
    """
    _read_names_as_utf8()
    end_with(_program, words=_in_english)


def _read_names_as_utf8() -> None:
    """Start anew in Python's UTF-8 mode where the locale is C and nothing better was allowed: names
    of files and classes outside ASCII would be bytes without a meaning.
    """
    if sys.getfilesystemencoding() == "ascii" and os.environ.get("PYTHONUTF8") != "1":
        os.environ["PYTHONUTF8"] = "1"  # for the processes of a cell, too
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def _program() -> int:
    # Nothing is running yet: Ctrl-C while libraries load shall end the program, not print where
    # it was. The verbs decide for themselves from then on.
    usual = signal.signal(signal.SIGINT, signal.SIG_DFL)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, _end)
    if sys.argv[1:2] and sys.argv[1] in _READING:
        mute_libraries()
    from cell.faces.cli.app import run_verb

    signal.signal(signal.SIGINT, usual)
    return run_verb()


def _in_english(words: str) -> str:
    """The words of an error; texts are looked up only when there is something to say."""
    from cell.texts import render

    return render(words)


def _end(number: int, _: object) -> None:
    """Told to end: what is half written is taken back on the way out."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    main()
