"""What many tests of clusters begin with; a module that needs it otherwise has a fixture of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from clusters.choices import State
from clusters.models import Cluster
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW


@pytest.fixture
def cast() -> Cast:
    """Everybody who may meet a cluster."""
    return make_cast()


@pytest.fixture
def clock() -> Iterator[Any]:
    """Stop the clock at `NOW`; gives what moves it."""
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def cluster(request: pytest.FixtureRequest, cast: Cast) -> Cluster:
    """Make a cluster in the state that the module names as `STATE`; running where it names none."""
    return make_cluster(cast, getattr(request.module, "STATE", State.RUNNING))
