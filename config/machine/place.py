"""Where things lie, and how one talks to the person at the terminal."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = ROOT / "var"
LOGS = VAR / "log"
VENV = ROOT / ".venv"
PYTHON = str(VENV / "bin" / "python")
MANAGE = (PYTHON, str(ROOT / "manage.py"))

# The variables that config/settings.py reads. The suite runs without those of the terminal that started it.
SETTINGS = (
    "ALLOWED_HOSTS",
    "BROKER_QUEUE",
    "BROKER_URL",
    "CONTROLLER",
    "DATABASE_URL",
    "DATA_PROTECTION_OFFICER",
    "DATA_RETENTION_YEARS",
    "DEBUG",
    "DEFAULT_FROM_EMAIL",
    "DEMO",
    "EMAIL_URL",
    "ERASURE_DAYS",
    "ERASURE_LEDGER",
    "JOB_LEASE_SECONDS",
    "LANGUAGES",
    "LEAD_AFTER_END_MONTHS",
    "LEAD_ROLES",
    "LOG_FORMAT",
    "MAX_UPLOAD_MB",
    "MFA_REQUIRED",
    "NOTICE_DAYS",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_NAME",
    "OIDC_SERVER_URL",
    "PORT",
    "PROCESSING_BASIS",
    "PROGRAMME_NAME",
    "REDIS_URL",
    "REMOVED_FILE_DAYS",
    "SECRET_KEY",
    "SENTRY_DSN",
    "SITE_URL",
    "STORAGE_URL",
    "TASKS",
    "TIME_ZONE",
    "TP_LABEL",
    "TRUSTED_PROXIES",
)


class Stop(Exception):
    """Ends the command with a sentence for the person who started it."""


def say(text: str = "") -> None:
    """Print a line at once."""
    print(text, flush=True)


def loud(title: str, lines: Sequence[str]) -> None:
    """Print something that must not be overlooked."""
    say()
    say("!" * 100)
    say(f"!! {title}")
    for line in lines:
        say(f"!!   {line}")
    say("!" * 100)
    say()


def is_ci() -> bool:
    """Say whether this run is a continuous-integration run, where nothing may be left out."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def without_settings(extra: Mapping[str, str]) -> dict[str, str]:
    """Return the environment without the registry's settings, and with `extra`."""
    kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    return kept | dict(extra)


def logged(command: Sequence[str], log: str, *, env: Mapping[str, str] | None = None) -> None:
    """Run a command with its output in `var/log/<log>`.

    Raises:
        Stop: it failed; the text ends with the last lines of its output.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    file = LOGS / log
    with file.open("ab") as stream:
        stream.write(f"$ {' '.join(command)}\n".encode())
        stream.flush()
        done = subprocess.run(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=stream, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode:
        tail = "\n".join(file.read_text(errors="replace").splitlines()[-15:])
        raise Stop(f"{' '.join(command)} failed ({file}):\n{tail}")
