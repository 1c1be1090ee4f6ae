"""A command of `manage.py` that root gives on a site that belongs to another user (decision 0241).

Stored files have the mode 0600 and belong to who wrote them: what root's command leaves behind the site cannot read,
and a SQLite database that root made it cannot write. That shows itself hours later.
"""

from __future__ import annotations

import os
import pwd
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from django.conf import settings

#: They leave nothing behind in storage or database.
HARMLESS: Final = frozenset(
    {"check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help", "makemessages", "version"}
)
#: These neither, where there is a database; SQLite makes the file of one that is asked, were it only for reading.
READING: Final = frozenset({"makemigrations", "showmigrations", "sqlmigrate"})
#: A supervisor or a timer starts them: neither site nor backups may stop for whom they run as.
SERVICES: Final = frozenset({"run_scheduler", "db_worker", "backup"})
#: Set by `run.py serve` for what it starts: then the site itself runs as root.
SERVED: Final = "REGISTRY_SERVED"


def stop_root(argv: Sequence[str]) -> None:
    """End a command of root's in production where the site's files are another user's; say what to do.

    Services, backups and what `run.py serve` starts only say it. Nothing happens where root owns the files, as in a
    container, in development and in the demo.

    Raises:
        SystemExit: the command is refused.
    """
    said = sentence_for_root(argv)
    if said and not _is_service(argv):
        sys.exit(said)
    if said:
        sys.stderr.write(f"{said}\n")


def stop_root_of_django(argv: Sequence[str]) -> None:
    """Do the same where Django's own program begins, `django-admin` or `python -m django`, instead of `manage.py`.

    Raises:
        SystemExit: the command is refused.
    """
    program = Path(argv[0]) if argv else Path()
    if program.name == "django-admin" or (program.parent.name, program.name) == ("django", "__main__.py"):
        stop_root(argv)


def _is_service(argv: Sequence[str]) -> bool:
    is_checking = argv[1] == "restore" and "--check" in argv  # reads what a timer's backup made
    return argv[1] in SERVICES or is_checking or bool(os.environ.get(SERVED))


def sentence_for_root(argv: Sequence[str]) -> str:
    """Return what to tell about a command that root gives, "" where there is nothing to tell."""
    if settings.DEBUG or settings.DEMO or os.geteuid() != 0 or _leaves_nothing(argv):
        return ""
    for place in _places():
        if owner := place.stat().st_uid:
            return _sentence(place, owner, argv)
    return ""


def _leaves_nothing(argv: Sequence[str]) -> bool:
    """Tell whether a command writes nothing. An option in front of it is no command: Django says so and ends."""
    if len(argv) < 2 or argv[1].startswith("-") or not {"-h", "--help"}.isdisjoint(argv):
        return True
    is_reading = argv[1] in READING or (argv[1] == "check" and any(part.startswith("--data") for part in argv))
    return _is_database_there() if is_reading else argv[1] in HARMLESS


def _is_database_there() -> bool:
    database = settings.DATABASES["default"]
    return database["ENGINE"] != "django.db.backends.sqlite3" or Path(database["NAME"]).exists()


def _places() -> Iterator[Path]:
    """Yield where the site keeps its files; of a place that is not made yet, the folder in which it would be."""
    database = settings.DATABASES["default"]
    if settings.STORAGE_DIR is not None:
        yield _there(Path(settings.STORAGE_DIR))
    if database["ENGINE"] == "django.db.backends.sqlite3" and database["NAME"] != ":memory:":
        yield _there(Path(database["NAME"]))


def _there(path: Path) -> Path:
    return next(place for place in (path, *path.absolute().parents) if place.exists())


def _sentence(place: Path, owner: int, argv: Sequence[str]) -> str:
    try:
        user = pwd.getpwuid(owner).pw_name
    except KeyError:
        user = f"#{owner}"
    command = shlex.join(argv[1:])
    return (
        f"{place} belongs to {user}, and root gave this command: what it writes the site could neither read nor write. "
        f"Give it as the site's user: registry-manage {command} (docs/operations.md; or setpriv --reuid {owner} "
        f"--clear-groups). Where the whole site runs as root, give it to root: chown root {shlex.quote(str(place))}"
    )
