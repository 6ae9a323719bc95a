"""Entry point of the command `cell`: light, so that Ctrl-C while the rest loads stays quiet."""

from __future__ import annotations

import sys

try:
    import signal
except KeyboardInterrupt:  # typed before the first line was read
    raise SystemExit(130) from None


def main() -> None:
    """Run the verb that the command line names; what people may get wrong ends in one line."""
    # Nothing is running yet: Ctrl-C while libraries load shall end the program, not print where
    # it was. The verbs decide for themselves from then on.
    usual = signal.signal(signal.SIGINT, signal.SIG_DFL)
    from cell.cli.app import app
    from cell.cli.errors import EXPECTED

    signal.signal(signal.SIGINT, usual)
    try:
        app()
    except EXPECTED as error:
        print(f"error: {error}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
