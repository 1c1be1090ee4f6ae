"""Legs of the suite and tools of the machine that only tests have."""

from __future__ import annotations

import os
import sys

from config.machine import tools
from config.machine.legs import Leg

NOTHING = tools.Tool("Nothing", "nothing", lambda: False, ("no-such-package",), "dnf nothing", "brew nothing")


def a_leg(code: str, **more: object) -> Leg:
    """Return a leg that runs a line of Python."""
    return Leg("tried", "a try", [[sys.executable, "-c", code]], dict(os.environ), **more)  # type: ignore[arg-type]
