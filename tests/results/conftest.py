"""What many tests of results begin with; a module that needs it otherwise has a fixture of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from clusters.choices import State
from clusters.models import Cluster
from results.models import Uptake
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.results.making import make_uptake


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
def cluster(cast: Cast) -> Cluster:
    """A cluster that is running."""
    return make_cluster(cast, State.RUNNING)


@pytest.fixture
def uptake(cast: Cast, cluster: Cluster) -> Uptake:
    """A solution of the cluster that an organisation of others has in use."""
    return make_uptake(cast, cluster)
