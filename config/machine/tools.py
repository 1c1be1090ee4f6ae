"""The programs of the machine: what is there, and how what is missing is got."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from config.machine import natives
from config.machine.place import Stop, logged, loud, say

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_MACOS = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
POSTGRES_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql*/bin",
    "/usr/local/opt/postgresql*/bin",
)
# Debian's package would make a server of its own and start it with the machine; the suite wants the programs only.
POSTGRES_QUIET = Path("/etc/postgresql-common/createcluster.d/only-programs.conf")


@dataclass(frozen=True)
class Tool:
    """Something the machine must have: how to see it, what it is for, how to get it.

    `debian` are packages; the other two are whole commands.
    """

    name: str
    purpose: str
    is_there: Callable[[], bool]
    debian: tuple[str, ...]
    fedora: str
    macos: str

    def commands(self) -> dict[str, str]:
        """Return, by system, the command that gets it."""
        apt = f"sudo apt-get install -y {' '.join(self.debian)}"
        return {"Debian, Ubuntu": apt, "Fedora": self.fedora, "macOS": self.macos}


def chromium() -> str | None:
    """Return the path of a Chromium or Chrome, or None."""
    found = next(filter(None, map(shutil.which, (os.environ.get("CHROMIUM", ""), *CHROMIUM_NAMES))), None)
    return found or (CHROMIUM_MACOS if Path(CHROMIUM_MACOS).exists() else None)


def postgres_folder() -> Path | None:
    """Return the folder of PostgreSQL's newest server programs, or None."""
    found = [folder for pattern in POSTGRES_FOLDERS for folder in Path("/").glob(pattern[1:])]
    with_server = [folder for folder in found if (folder / "initdb").exists() and (folder / "postgres").exists()]
    if with_server:
        return max(with_server, key=_version_of)
    program = shutil.which("initdb")
    return Path(program).resolve().parent if program else None


def _version_of(folder: Path) -> int:
    digits = "".join(letter for letter in folder.parent.name if letter.isdigit())
    return int(digits or 0)


def _is_on_path(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is not None


def _listens(host: str, port: int) -> bool:
    """Say whether something takes connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


PANGO = Tool(
    "Pango",
    "PDFs",
    lambda: not natives.missing(),
    natives.DEBIAN,
    natives.FEDORA,
    natives.MACOS,
)
CHROMIUM = Tool(
    "Chromium",
    "the browser's tests",
    lambda: chromium() is not None,
    ("chromium",),
    "sudo dnf install -y chromium",
    "brew install --cask google-chrome",
)
LIBATOMIC = Tool(
    "libatomic",
    "Playwright, which drives the browser",
    lambda: sys.platform != "linux" or natives.loads("libatomic.so.1"),
    ("libatomic1",),
    "sudo dnf install -y libatomic",
    "brew install gcc",
)
PDFTOTEXT = Tool(
    "pdftotext",
    "tests that read PDFs",
    _is_on_path("pdftotext"),
    ("poppler-utils",),
    "sudo dnf install -y poppler-utils",
    "brew install poppler",
)
GETTEXT = Tool(
    "gettext",
    "the check of the translations",
    _is_on_path("msgfmt"),
    ("gettext",),
    "sudo dnf install -y gettext",
    "brew install gettext",
)
POSTGRES = Tool(
    "PostgreSQL",
    "the tests on PostgreSQL",
    lambda: postgres_folder() is not None,
    ("postgresql",),
    "sudo dnf install -y postgresql-server",
    "brew install postgresql@17",
)
REDIS = Tool(
    "Redis",
    "the tests of background work on many machines",
    _is_on_path("redis-server"),
    ("redis-server",),
    "sudo dnf install -y valkey-compat-redis",
    "brew install redis",
)
RABBITMQ = Tool(
    "RabbitMQ",
    "the same tests on a second broker; not installed by run.py",
    lambda: _listens("127.0.0.1", 5672) or bool(os.environ.get("TEST_AMQP_URL")),
    ("rabbitmq-server",),
    "sudo dnf install -y rabbitmq-server",
    "brew install rabbitmq",
)
JAVA = Tool(
    "Java",
    "veraPDF, which judges PDFs",
    lambda: shutil.which("java") is not None and shutil.which("javac") is not None,
    ("default-jdk-headless",),
    "sudo dnf install -y java-17-openjdk-devel",
    "brew install openjdk@17",
)
ALL = (PANGO, CHROMIUM, LIBATOMIC, PDFTOTEXT, GETTEXT, POSTGRES, REDIS, JAVA)


def can_install() -> bool:
    """Say whether this process may install Debian packages."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def get(tools: Iterable[Tool]) -> list[Tool]:
    """Install what is missing where that is possible; return what is missing still.

    Where it is not possible, each one is named with the command for each system.
    """
    missing = [tool for tool in tools if not tool.is_there()]
    if missing and can_install():
        say(f"Installing {', '.join(tool.name for tool in missing)} (apt-get; log in var/log/setup.log)")
        try:
            apt_install([package for tool in missing for package in tool.debian])
        except Stop as reason:
            loud("apt-get could not install everything", str(reason).splitlines())
        missing = [tool for tool in missing if not tool.is_there()]
    for tool in missing:
        lines = [f"{system}: {command}" for system, command in tool.commands().items()]
        loud(f"{tool.name} is missing ({tool.purpose}); it goes on without", lines)
    return missing


def apt_install(packages: Iterable[str]) -> None:
    """Install Debian packages; waits two minutes when another apt is at work.

    Raises:
        Stop: apt-get failed.
    """
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    logged([*apt, "update"], "setup.log", env=env)
    with _only_programs():
        logged([*apt, "install", "-y", "--no-install-recommends", *packages], "setup.log", env=env)


@contextmanager
def _only_programs() -> Iterator[None]:
    """Keep Debian's PostgreSQL package from making and starting a server, if it is not there already."""
    is_new = not POSTGRES_QUIET.parent.exists()
    if is_new:
        POSTGRES_QUIET.parent.mkdir(parents=True)
        POSTGRES_QUIET.write_text("create_main_cluster = false\n")
    try:
        yield
    finally:
        if is_new:
            POSTGRES_QUIET.unlink(missing_ok=True)
