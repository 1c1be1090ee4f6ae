"""Two at once: let them meet at the steps between reading and writing, or take the locks away for a control."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from types import ModuleType
from typing import Any
from unittest.mock import patch

from django.db import models

from community.permissions import Refusal
from tests.clusters.test_lifecycle_races import patience


@contextmanager
def meeting(*steps: tuple[ModuleType, str]) -> Iterator[None]:
    """Let both parties pass one of these steps before either goes on; a locked-out one is not waited for long."""
    barrier = threading.Barrier(2)

    def met(step: Callable[..., Any]) -> Callable[..., Any]:
        def step_and_wait(*given: Any, **named: Any) -> Any:
            found = step(*given, **named)
            with suppress(threading.BrokenBarrierError):
                barrier.wait(patience())
            return found

        return step_and_wait

    with ExitStack() as stack:
        for module, name in steps:
            stack.enter_context(patch.object(module, name, met(getattr(module, name))))
        yield


def without_locks() -> Any:
    """Read the rows of clusters without locking them; chains of events and the outbox keep their own locks."""
    lock = models.QuerySet.select_for_update

    def lock_others(rows: models.QuerySet[Any], **options: Any) -> models.QuerySet[Any]:
        return rows if rows.model._meta.app_label == "clusters" else lock(rows, **options)

    return patch.object(models.QuerySet, "select_for_update", lock_others)


def refusals(results: list[object]) -> list[Refusal]:
    """Return those that were refused."""
    return [result for result in results if isinstance(result, Refusal)]
