"""The Tasks API on Celery, for many machines: `TASKS=celery` with a broker at `BROKER_URL`.

Celery only carries "run this function with these arguments"; what came of it stands in the `Job` row, so there is no
result backend. A worker: `celery -A config worker`. Only what needs Celery imports this module.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from celery import Celery
from celery import Task as CeleryTask
from django.conf import settings
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.module_loading import import_string
from django_tasks.backends.base import BaseTaskBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus

from config.environment import WrongSetting

#: So long a press waits for a broker that does not answer; the scheduler finds the row anyway.
PATIENCE_SECONDS: Final = 2


def _made() -> Celery:
    """Return the application, set up from Django's settings.

    A message is given back by its worker when the work is done, and a worker holds one at a time: what a dead
    worker held goes to another. Redis would wait an hour for that; the lease of the `Job` row is shorter.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        broker = settings.BROKER_URL
    except WrongSetting as error:
        raise SystemExit(str(error)) from None
    if not broker:
        raise SystemExit("BROKER_URL is not set: a Celery worker needs it, with TASKS=celery.")
    made = Celery("registry", broker=broker, set_as_current=False)
    is_redis = broker.startswith("redis")
    made.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_default_queue=queue_of("default"),
        worker_prefetch_multiplier=1,
        # Its log is the registry's: JSON lines without personal data.
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        broker_connection_timeout=PATIENCE_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "max_retries": 1,
            "interval_start": 0,
            "interval_step": 0.1,
            "interval_max": 0.1,
            **({"socket_connect_timeout": PATIENCE_SECONDS} if is_redis else {}),
        },
        timezone=settings.TIME_ZONE,
    )
    return made


def queue_of(name: str) -> str:
    """Return the broker's name of a queue of the Tasks API."""
    return f"{settings.BROKER_QUEUE}.{name}"


app = _made()


@app.task(name="registry.run")  # type: ignore[untyped-decorator, unused-ignore]
def run(path: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """Call the function of the Tasks API at `path`; its result is dropped."""
    import_string(path).call(*args, **kwargs)


def broker_answers() -> bool:
    """Say whether the broker takes a connection now."""
    with suppress(Exception), app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=PATIENCE_SECONDS)
        return True
    return False


class CeleryBackend(BaseTaskBackend):
    """Hands what the Tasks API is asked for to Celery; results are not kept."""

    supports_defer = True
    supports_async_task = False
    supports_get_result = False
    supports_priority = False

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult[Any]:
        """Send one message to the broker.

        Raises:
            InvalidTaskError: the function cannot be run in another process.
            kombu.exceptions.OperationalError: the broker cannot be reached.
        """
        self.validate_task(task)
        carrier: CeleryTask = run
        sent = carrier.apply_async(
            (task.module_path, list(args), dict(kwargs)),
            queue=queue_of(task.queue_name),
            eta=task.run_after,
            retry=False,
        )
        return TaskResult(
            task=task,
            id=sent.id or get_random_string(32),
            status=TaskResultStatus.READY,
            enqueued_at=timezone.now(),
            started_at=None,
            finished_at=None,
            last_attempted_at=None,
            args=list(args),
            kwargs=dict(kwargs),
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
