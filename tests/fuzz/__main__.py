"""`python -m tests.fuzz`: damaged and odd inputs for every reader, counted.

Prints one line of JSON. Exit code 0 only when every input was refused in words or read, no part
passed whose picture was damaged where its defect lies, and memory and time stayed within bounds.
"""

from __future__ import annotations

import sys

from tests.fuzz.campaign import main

if __name__ == "__main__":
    sys.exit(main())
