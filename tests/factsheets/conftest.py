"""What many tests of documents begin with; a module that needs it otherwise has a fixture of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from clusters.choices import State
from clusters.models import Cluster
from factsheets import pdf
from factsheets.rendering.document import Composed
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_documents import made


@pytest.fixture
def cast() -> Cast:
    """Everybody who may meet a cluster."""
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    """A cluster that is running."""
    return make_cluster(cast, State.RUNNING)


@pytest.fixture
def clock() -> Iterator[Any]:
    """Stop the clock at `NOW`; gives what moves it."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def shortly_after() -> Iterator[None]:
    """Stop the clock five minutes after `NOW`, so that versions taken then lie in the past."""
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        yield


@pytest.fixture
def without_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare the time for tests that look at rows only: the press is taken, and nobody waits for it."""
    press = pdf.Press(pdf.Limits(queue_seconds=0))
    press._lock.acquire()
    monkeypatch.setattr(pdf, "_press", press)


@pytest.fixture(scope="session")
def composed() -> Callable[[str], Composed]:
    """Return a document of the samples, made once for all tests that read it."""
    kept: dict[str, Composed] = {}
    return lambda name: kept.setdefault(name, kept.get(name) or made(name))
