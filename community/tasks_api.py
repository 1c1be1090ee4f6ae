"""The door to background work: one place that knows which Tasks API is installed.

`@task("app.verb")` registers what a `Job` row can name. `wake` hands a function of a
`tasks` module to whatever runs tasks; when that is down, the row is found by the
scheduler, so nothing is lost and nothing is raised.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.functional import Promise
from django.utils.module_loading import import_string

try:
    from django.tasks import task as background  # type: ignore[import-not-found, unused-ignore]
except ImportError:  # Django 5.2
    from django_tasks import task as background  # type: ignore[no-redef, unused-ignore]

__all__ = [
    "background",
    "function_of",
    "is_stoppable",
    "registered_tasks",
    "task",
    "then_of",
    "title_of",
    "wake",
    "wake_on_commit",
]

logger = logging.getLogger(__name__)

TaskFunction = Callable[..., Any]
_functions: dict[str, TaskFunction] = {}
_titles: dict[str, str | Promise] = {}
_stoppable: set[str] = set()
_then: dict[str, str | Promise] = {}


def task(
    name: str, title: str | Promise = "", *, is_stoppable: bool = False, then: str | Promise = ""
) -> Callable[[TaskFunction], TaskFunction]:
    """Register a function under the name that jobs use; it is called with the job and its arguments.

    `title` says in words what it does, for the page of its jobs. One without items that asks `jobs.may_go_on` all
    the same is `is_stoppable`. `then` names in a word what follows when all items are done and takes its time, too:
    it tells how far it is by `jobs.note_progress`, from 0 on.

    Raises:
        ValueError: the name is taken.
    """

    def keep(function: TaskFunction) -> TaskFunction:
        if _functions.setdefault(name, function) is not function:
            raise ValueError(f"task {name!r} is registered already")
        _titles[name] = title
        _then[name] = then
        if is_stoppable:
            _stoppable.add(name)
        return function

    return keep


def function_of(name: str) -> TaskFunction:
    """Return the function of that name.

    Raises:
        KeyError: no app registered it.
    """
    return _functions[name]


def title_of(name: str) -> str:
    """Return what the task of that name does, in words; its name where nobody gave it some."""
    return str(_titles.get(name) or name)


def then_of(name: str) -> str:
    """Return in a word what the task of that name does when its items are done; "" where nothing follows."""
    return str(_then.get(name, ""))


def is_stoppable(name: str) -> bool:
    """Say whether the task of that name stops in the middle of what is no row of items."""
    return name in _stoppable


def registered_tasks() -> list[str]:
    """Return the names of all tasks."""
    return sorted(_functions)


def wake(path: str, *args: Any) -> None:
    """Hand the background function at `path` to the Tasks API; a broker that is down is logged, not raised."""
    try:
        import_string(path).enqueue(*args)
    except Exception:
        logger.exception("could not wake %s; the scheduler will find its rows", path)


def wake_on_commit(path: str, *args: Any) -> None:
    """Wake after the transaction's commit, once however often it is asked for in one transaction."""
    connection = transaction.get_connection()
    wanted = _Wake(path, args)
    if any(wanted == entry[1] for entry in connection.run_on_commit):
        return
    transaction.on_commit(wanted, robust=True)


class _Wake:
    """A wake-up call that is equal to another one for the same thing."""

    def __init__(self, path: str, args: tuple[Any, ...]) -> None:
        self.path, self.args_ = path, args

    def __call__(self) -> None:
        """Wake."""
        wake(self.path, *self.args_)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Wake) and (self.path, self.args_) == (other.path, other.args_)

    def __hash__(self) -> int:
        return hash((self.path, self.args_))
