"""What every test gets: fast passwords, files in a throw-away folder, an empty cache.

Markers choose where a test runs (pyproject.toml): without one it runs on SQLite,
`both` on SQLite and PostgreSQL, `wide` there in the long run only, `postgres` on PostgreSQL
only, `browser` in Chromium.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
import pytest_django
from django.conf import settings
from django.core.cache import cache

from community import opening, request_time
from config.machine import legs, place, serving
from tests import append_only, pseudo, replay, schema

# Every day the same examples, so that a red run is red again; the long run looks for new ones.
hypothesis.settings.register_profile("everyday", max_examples=40, derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("thorough", max_examples=1000, deadline=None, print_blob=True)
FOLDER = pytest.StashKey[str]()
#: Is open from before the tables are made until they are there.
TABLES = ExitStack()


def is_postgres() -> bool:
    """Say whether the tests run on PostgreSQL."""
    return settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def pytest_configure(config: pytest.Config) -> None:
    """Point the settings at what tests may use up."""
    folder = config.stash[FOLDER] = tempfile.mkdtemp(prefix="registry-tests-")
    settings.STORAGE_DIR = Path(folder, "files")
    settings.STORAGES["default"]["OPTIONS"]["location"] = settings.STORAGE_DIR
    settings.ERASURE_LEDGER = Path(folder, "erasures.ledger")
    profile = "thorough" if os.environ.get("THOROUGH") == "1" else "everyday"
    hypothesis.settings.load_profile(profile)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Each client of a test starts the middleware anew; reading through all static files is left to the first request.
    settings.WHITENOISE_AUTOREFRESH = True
    # Whether a restore is unfinished is asked now and then; the tests of that ask themselves.
    opening._open_until = float("inf")
    # A busy machine may take its time; the test of that sets its own.
    request_time.SECONDS = 60.0
    gc.set_threshold(100_000, 50, 100)


#: Tests whose cases are no numbers of one thing: each area of addresses, each reader, each runner of tasks, each
#: picture and each alphabet is asked every day.
WHOLE = (
    *("tests/test_matrix.py", "tests/test_queries.py", "tests/test_trust.py", "tests/browser/"),
    *("tests/factsheets/test_workers.py", "tests/factsheets/test_pictures.py", "tests/factsheets/test_hostile.py"),
    *("tests/factsheets/test_documents.py", "tests/factsheets/test_letters.py", "tests/factsheets/test_emblem.py"),
    "tests/factsheets/test_layout.py",
)
#: Tests for both databases that are about the database itself.
DRILLS = ("tests/config/", "tests/community/test_erasure.py", "tests/journeys/")


def sample(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sample long lists of cases where `run.py test` asks for it: of each test the first, then every twelfth.

    Of the tests for both databases SQLite runs one half and PostgreSQL the other, and both all drills. Always the same
    ones. By hand, and in the long run, every case runs.
    """
    if os.environ.get("SAMPLED") != "1":
        return
    seen: Counter[str] = Counter()
    half = {"postgres": 0, "sqlite": 1}.get(os.environ.get("SHARED_WITH", ""))
    kept, left = [], []
    for item in items:
        name = item.nodeid.partition("[")[0]
        number = seen[name]
        seen[name] += 1
        is_kept = number < 1 or number % 12 == 0 or item.nodeid.startswith(WHOLE)
        if half is not None and item.get_closest_marker("both") and not item.nodeid.startswith(DRILLS):
            is_kept = is_kept and seen["both"] % 2 == half
            seen["both"] += 1
        (kept if is_kept else left).append(item)
    config.hook.pytest_deselected(items=left)
    items[:] = kept


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take the files away."""
    shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sample, and skip, with the reason, what this database cannot show."""
    sample(config, items)
    for item in items:
        if item.get_closest_marker("postgres") and not is_postgres():
            item.add_marker(pytest.mark.skip(reason="needs PostgreSQL: python3 run.py test --only postgres"))
        if item.get_closest_marker("sqlite") and is_postgres():
            item.add_marker(pytest.mark.skip(reason="is about SQLite"))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Have the tables made quickly, and SQLite's copied where they are made already (`tests/schema.py`)."""
    if os.environ.get("THOROUGH") != "1":
        TABLES.enter_context(schema.rendered_late())
    if not is_postgres():
        TABLES.enter_context(schema.copied())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: pytest_django.DjangoDbBlocker) -> Iterator[None]:
    """Let others have the tables, which are there now, and note which of them are not empty."""
    stack = ExitStack()
    with django_db_blocker.unblock():
        TABLES.close()
        if is_postgres():
            stack.enter_context(schema.template())
        replay.note_seeded()
    yield
    with django_db_blocker.unblock():
        stack.close()


@pytest.fixture(autouse=True, scope="session")
def _flush_guarded_tables() -> Iterator[None]:
    """Let Django empty the append-only tables between transactional tests."""
    with pytest.MonkeyPatch.context() as patch:
        append_only.let_flush_through(patch)
        yield


@pytest.fixture(autouse=True, scope="session")
def _drawn_once() -> Iterator[None]:
    """Set a document that tests ask for in the same words once (`tests/drawn.py`); in the long run each time."""
    if os.environ.get("THOROUGH") == "1":
        yield
        return
    from tests import drawn  # needs Django

    with drawn.kept():
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Begin each test without what the last one counted (rate limits, downloads) or kept.

    Nor is anything left to be written when the process ends, in whatever database is the default one by then.
    """
    from factsheets import downloads  # its models are there once Django is set up

    cache.clear()
    downloads.forget()
    with pytest.MonkeyPatch.context() as patch:
        # Requests of a long test on a busy machine write no sums into what it counts; the tests of that set their own.
        patch.setattr(downloads, "EVERY", float("inf"))
        yield
    downloads.forget()


@pytest.fixture
def logs_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the parts of `run.py` write their logs where they are thrown away."""
    for module in (legs, place, serving):
        monkeypatch.setattr(module, "LOGS", tmp_path)
    monkeypatch.setattr(legs, "ROOT", tmp_path)


@pytest.fixture(scope="session")
def thorough() -> bool:
    """Say whether the numbers of the long run are wanted (`run.py test --thorough`)."""
    return os.environ.get("THOROUGH") == "1"


@pytest.fixture(scope="session")
def rounds(thorough: bool) -> Callable[[int], int]:
    """Return how often to do what the long run does `full` times: once, or twice where that is fifty times.

    Parties of a race wait for each other (`tests/races.py`): one round shows what twenty show, but for rare orders.
    """
    return lambda full: full if thorough else max(1, full // 25)


@pytest.fixture(scope="session")
def _pseudo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pseudo.write_catalogue(tmp_path_factory.mktemp("locale"))


@pytest.fixture
def pseudo_locale(_pseudo_folder: Path) -> Iterator[str]:
    """Switch to the pseudo-locale of `tests/pseudo.py`; gives its code for `accept-language`."""
    with pseudo.active(_pseudo_folder):
        yield pseudo.CODE
