"""The virtual environment in `.venv`, filled from the hashed lock files.

A stamp in it names the interpreter, the folder and the lock file's hash. While the
stamp fits, nothing is started, so that the second start is quick.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.machine import tools
from config.machine.place import PYTHON, ROOT, VAR, VENV, Stop, logged, say

LOCKS = {"base": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}


def stamp(kind: str) -> dict[str, str]:
    """Return what the stamp of the environment must say for `kind` ("base" or "dev")."""
    return {
        "python": ".".join(map(str, sys.version_info[:3])),
        "folder": str(ROOT),
        "lock": hashlib.sha256(LOCKS[kind].read_bytes()).hexdigest(),
    }


def stamp_file(kind: str) -> Path:
    """Return where the stamp lies."""
    return VENV / f"installed-{kind}.json"


def read_stamp(kind: str) -> dict[str, str]:
    """Return the stamp that is there; empty when there is none or it cannot be read."""
    try:
        found = json.loads(stamp_file(kind).read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def is_ready(kind: str) -> bool:
    """Say whether the environment holds what `kind` needs; the developers' lock holds the base too."""
    if not Path(PYTHON).exists():
        return False
    return read_stamp(kind) == stamp(kind) or (kind == "base" and read_stamp("dev") == stamp("dev"))


def ensure(kind: str) -> None:
    """Make and fill the environment unless it is ready. One process at a time.

    Raises:
        Stop: it could not be made, or a package did not install.
    """
    if is_ready(kind):
        return
    with _alone():
        if is_ready(kind):
            return
        _make()
        say(f"Installing the Python packages of {LOCKS[kind].name}, about a minute the first time")
        for each in LOCKS:
            stamp_file(each).unlink(missing_ok=True)
        pip = [PYTHON, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        logged([*pip, "--no-deps", "--require-hashes", "-r", str(LOCKS[kind])], "setup.log")
        stamp_file(kind).write_text(json.dumps(stamp(kind)))


def _make() -> None:
    """Make `.venv`, anew when it belongs to another interpreter or folder."""
    if VENV.is_symlink():
        VENV.unlink()  # another folder's environment: filled or emptied through the link, it would fit there no more
    if Path(PYTHON).exists() and _fits():
        return
    if importlib.util.find_spec("ensurepip") is None:
        _get_ensurepip()
    say("Making .venv")
    interpreter = getattr(sys, "_base_executable", sys.executable)
    logged([interpreter, "-m", "venv", "--clear", str(VENV)], "setup.log")


def _fits() -> bool:
    """Say whether the environment that is there was made by this interpreter, in this folder."""
    wanted = stamp("base")
    made_by = (VENV / "pyvenv.cfg").read_text(errors="replace") if (VENV / "pyvenv.cfg").exists() else ""
    is_same_python = f"version = {sys.version_info[0]}.{sys.version_info[1]}." in made_by
    is_same_folder = all(read_stamp(kind).get("folder", wanted["folder"]) == wanted["folder"] for kind in LOCKS)
    return is_same_python and is_same_folder


def _get_ensurepip() -> None:
    if not tools.can_install():
        raise Stop("Python's venv module is missing. Debian, Ubuntu: sudo apt-get install -y python3-venv")
    tools.apt_install(["python3-venv"])


@contextmanager
def _alone() -> Iterator[None]:
    """Wait until no other process sets up the same folder."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
