"""The demonstration, which is loaded once for all modules here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from clusters.demo.loading import load
from clusters.demo.world import World

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """Load the demonstration once for these modules, on the day that the facts were collected for."""
    with time_machine.travel(NOW, tick=True), django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            yield load(now=timezone.now(), with_documents=False, is_quiet=True)
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)
