"""`run.py demo` and `run.py serve`: a web server and one scheduler, started and ended together."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Any, Self

from config.machine import accounts, tools, virtualenv
from config.machine.place import LOGS, MANAGE, PYTHON, ROOT, VAR, Stop, logged, say

READY = VAR / "demo.ready"
START_SECONDS = 60
END_SECONDS = 15
PR_SET_PDEATHSIG = 1
HAS_MARKER = (
    "import django; django.setup(); from community.models import DemoMarker; "
    "raise SystemExit(0 if DemoMarker.objects.exists() else 3)"
)


def whole(name: str, default: int, most: int) -> int:
    """Return a variable's whole number from 1 to `most`.

    Raises:
        Stop: it is none.
    """
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or not 0 < int(text) <= most:
        raise Stop(f"{name}={text!r}: must be a whole number from 1 to {most}.")
    return int(text)


def port() -> int:
    """Return PORT, 8000 unless set."""
    return whole("PORT", 8000, 65535)


def demo() -> int:
    """Set everything up, load the demonstration data, serve on this machine until interrupted."""
    number = port()
    _check_free(number)
    tools.get([tools.PANGO])
    virtualenv.ensure("base")
    env = os.environ | {"DEMO": "1", "PORT": str(number), "DJANGO_SETTINGS_MODULE": "config.settings"}
    env.setdefault("SITE_URL", f"http://localhost:{number}")
    _fill(env)
    _check_free(number)  # the first start takes a minute, in which somebody else may have taken it
    web = _gunicorn(f"127.0.0.1:{number}", workers=1, threads=8)
    with Company(env, LOGS) as company:
        company.start("web", web)
        company.wait_for(f"http://127.0.0.1:{number}/healthz")
        if has_command("run_scheduler"):
            company.start("scheduler", [*MANAGE, "run_scheduler"])
        _welcome(number)
        return company.watch()


def serve() -> int:
    """Serve with production's settings from the environment, until interrupted.

    Migrates and collects the static files first. When one of its processes ends, all
    end, so that the machine's supervisor starts them together.
    """
    bind = os.environ.get("BIND") or f"127.0.0.1:{port()}"
    workers = whole("WEB_CONCURRENCY", 2, 64)
    tools.get([tools.PANGO])
    virtualenv.ensure("base")
    VAR.mkdir(exist_ok=True)
    env = dict(os.environ)
    env.setdefault("DEBUG", "false")
    env["REGISTRY_SERVED"] = "1"  # config.as_root: who serves as root is not kept from it by what it starts
    for step in (["check", "--deploy"], ["migrate", "--no-input"], ["collectstatic", "--no-input", "-v", "0"]):
        done = subprocess.run([*MANAGE, *step], cwd=ROOT, env=env, check=False)
        if done.returncode:
            return done.returncode
    with Company(env, None) as company:
        company.start("web", _gunicorn(bind, workers=workers, threads=4))
        if has_command("run_scheduler"):
            company.start("scheduler", [*MANAGE, "run_scheduler"])
        if env.get("TASKS") == "database":
            company.start("worker", [*MANAGE, "db_worker"])
        elif env.get("TASKS") == "celery":
            celery = [PYTHON, "-m", "celery", "-A", "config", "worker"]
            company.start("worker", [*celery, "--concurrency", "1", "--loglevel", "info"])
        return company.watch()


def has_command(name: str) -> bool:
    """Say whether an app of ours has that management command."""
    return any(ROOT.glob(f"*/management/commands/{name}.py"))


class Company:
    """Processes that start and end together; they also end when this one is killed."""

    def __init__(self, env: Mapping[str, str], logs: Path | None) -> None:
        """Run them with `env`, their output in files under `logs`, or here when None."""
        self.env = env
        self.logs = logs
        self.members: dict[str, subprocess.Popen[bytes]] = {}
        self.is_ending = False
        self.handlers: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        """Catch the two signals that end it."""
        self.handlers = {each: signal.signal(each, self._end_soon) for each in (signal.SIGINT, signal.SIGTERM)}
        return self

    def __exit__(self, *args: object) -> None:
        """End every member: asked first, forced after a while. Then the signals mean what they meant."""
        for process in self.members.values():
            if process.poll() is None:
                process.terminate()
        until = time.monotonic() + END_SECONDS
        for process in self.members.values():
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for each, handler in self.handlers.items():
            signal.signal(each, handler)

    def _end_soon(self, number: int, frame: FrameType | None) -> None:
        self.is_ending = True

    def start(self, name: str, command: Sequence[str]) -> None:
        """Start a member, in a group of its own so that Ctrl-C reaches it through us."""
        with ExitStack() as stack:
            stream = None
            if self.logs is not None:
                self.logs.mkdir(parents=True, exist_ok=True)
                stream = stack.enter_context(self.log_of(name).open("ab"))
            self.members[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                process_group=0,
                preexec_fn=_die_with_parent(),
            )

    def log_of(self, name: str) -> Path:
        """Return the file that keeps a member's output."""
        return (self.logs or LOGS) / f"{name}.log"

    def wait_for(self, address: str) -> None:
        """Wait until `address` answers 200.

        Raises:
            Stop: a member ended, or it took longer than START_SECONDS.
        """
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and not self.is_ending:
            if gone := self.gone():
                tail = "\n".join(self.log_of(gone).read_text(errors="replace").splitlines()[-15:])
                raise Stop(f"The {gone} process ended ({self.log_of(gone)}):\n{tail}")
            try:
                with urllib.request.urlopen(address, timeout=5) as answer:  # noqa: S310  (our own address)
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        if not self.is_ending:
            raise Stop(f"{address} did not answer within {START_SECONDS} s; see {self.log_of('web')}.")

    def gone(self) -> str | None:
        """Return the name of a member that ended, or None."""
        return next((name for name, process in self.members.items() if process.poll() is not None), None)

    def watch(self) -> int:
        """Wait for the signal to end (0), or for a member to end by itself (1)."""
        while not self.is_ending:
            if gone := self.gone():
                sys.stderr.write(f"The {gone} process ended by itself, exit {self.members[gone].returncode}.\n")
                return 1
            time.sleep(0.2)
        say("\nEnding")
        return 0


def _die_with_parent() -> Callable[[], None] | None:
    """Return what a child does before it runs, so that Linux ends it with us; nothing elsewhere."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    return lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _gunicorn(bind: str, *, workers: int, threads: int) -> list[str]:
    sizes = ["--workers", str(workers), "--threads", str(threads)]
    # Forwarded headers are TRUSTED_PROXIES' matter; workers beat in memory, not on a disk that may stall.
    quiet = ["--no-control-socket", "--log-level", "warning", "--forwarded-allow-ips", ""]
    beat = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108
    return [PYTHON, "-m", "gunicorn", "--bind", bind, *sizes, *quiet, *beat, "config.wsgi"]


def _check_free(number: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except OSError as reason:
            other = f"PORT={number + 1} python3 run.py demo"
            raise Stop(f"Port {number} cannot be used ({reason.strerror}). Another one: {other}") from None


def _fill(env: Mapping[str, str]) -> None:
    """Migrate and load the demonstration data, unless the last start left both done."""
    fingerprint = _fingerprint(env)
    if fingerprint and _read_ready() == fingerprint:
        return
    say("Preparing the database")
    logged([*MANAGE, "migrate", "--no-input", "-v", "0"], "setup.log", env=env)
    if has_command("demo_data") and not _has_marker(env):
        say("Loading the demonstration data")
        logged([*MANAGE, "demo_data"], "setup.log", env=env)
    READY.write_text(json.dumps(_fingerprint(env)))


def _has_marker(env: Mapping[str, str]) -> bool:
    asked = subprocess.run([PYTHON, "-c", HAS_MARKER], cwd=ROOT, env=env, capture_output=True, check=False)
    return asked.returncode == 0


def _fingerprint(env: Mapping[str, str]) -> dict[str, str]:
    """Return what the database was prepared from and which file it is; empty when it is no file of ours."""
    file = VAR / "registry.sqlite3"
    if env.get("DATABASE_URL") or not file.exists():
        return {}
    digest = hashlib.sha256(virtualenv.LOCKS["base"].read_bytes())
    for each in sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/management/commands/demo_data.py")]):
        digest.update(str(each.relative_to(ROOT)).encode() + each.read_bytes())
    return {"made_of": digest.hexdigest(), "file": str(file.stat().st_ino)}


def _read_ready() -> object:
    try:
        return json.loads(READY.read_text())
    except (OSError, ValueError):
        return None


def _welcome(number: int) -> None:
    say()
    say(f"The registry is at  http://localhost:{number}/")
    say(f"Its mails are at    http://localhost:{number}/outbox/")
    say()
    say(f'Accounts, password "{accounts.PASSWORD}", and what to try first:')
    for line in accounts.lines():
        say(line)
    say()
    say("Ctrl-C ends it. Logs: var/log/")
