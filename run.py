#!/usr/bin/env python3
"""Sets the registry up on this machine, starts it, tests it.

    python3 run.py demo     everything set up, with demonstration data, on http://localhost:8000/
    python3 run.py test     everything set up, and the whole suite
    python3 run.py lint | bench | serve | doctor | lock

Needs Python 3.11 and nothing else: its parts in config/machine use the standard library
only. This file keeps to a syntax that older versions read, so that they get a sentence.
"""

import os
import sys

NEEDED = (3, 11)


def main() -> int:
    """Check the version, then hand over to the command."""
    if sys.version_info[:2] < NEEDED:
        sys.stderr.write(
            "The registry needs Python %d.%d or newer, and this is Python %d.%d. "  # noqa: UP031
            "Install a newer one (Debian 12, Fedora: python3; macOS: brew install python) and start run.py with it.\n"
            % (NEEDED + tuple(sys.version_info[:2]))
        )
        return 1
    sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120
    from config.machine import commands

    return commands.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
