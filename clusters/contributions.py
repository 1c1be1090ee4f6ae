"""What upper apps add to the pages, history and documents of a cluster; each fills it from its `apps.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.functional import Promise

from community.contributions import Registry

if TYPE_CHECKING:
    from datetime import datetime

    from clusters.models import Cluster
    from clusters.snapshot_shape import ReviewLine, UptakeLine
    from community.models import User

Words = str | Promise
#: What a history says of a verb: a sentence with %(who)s and %(title)s, an icon, a tone.
Told = tuple[Words, str, str]


@dataclass(frozen=True)
class Tab:
    """A page of a cluster beside those of this app: it stands behind the tab `after`; `url_name` takes `reference`."""

    code: str
    label: Words
    url_name: str
    after: str
    is_shown: Callable[[Cluster], bool]


def none_of(cluster: Cluster) -> Sequence[Any]:
    """Return nothing: what a snapshot holds of results that have no lines of that sort."""
    return ()


@dataclass(frozen=True)
class Results:
    """What a cluster brought about besides its outcomes.

    `verbs` are those of its events, by which a report grows old; `lines(cluster)` are the uptakes that a snapshot holds
    of it, `reviews(cluster)` the peer reviews.
    `named` is a SELECT of six columns (text, number, four texts) over the cluster whose key stands for its one %s:
    what a snapshot names from rows that change without the cluster's own. `speaks_against_none(cluster)` tells
    whether something is there that "no outcome" would deny.
    """

    verbs: frozenset[str]
    lines: Callable[[Cluster], Sequence[UptakeLine]]
    named: str
    speaks_against_none: Callable[[Cluster], bool]
    reviews: Callable[[Cluster], Sequence[ReviewLine]] = none_of


@dataclass(frozen=True)
class FollowedUp:
    """What a follow-up asks besides, of each thing that came of the cluster.

    `fields(cluster, user)` are form fields by name, of what this reader may see. `write(cluster, given, note, by, at)`
    does what was chosen in the transaction of the answer; who is known only by a link has no account: `by` is None.
    `asks_for_note` are the choices that need a sentence beside them.
    """

    fields: Callable[[Cluster, Any], Mapping[str, Any]]
    write: Callable[[Cluster, Mapping[str, Any], str, User | None, datetime], None]
    asks_for_note: frozenset[str] = frozenset()


tabs: Registry[Tab] = Registry("tabs")
#: The sentences of events that upper apps leave in a cluster's chain, by verb.
sentences: Registry[Mapping[str, Told]] = Registry("sentences")
#: The condition for events that a reader of these clusters (one, and those merged into it) may not read.
hidden_events: Registry[Callable[[Any, Sequence[Any]], Q]] = Registry("hidden_events")
results: Registry[Results] = Registry("results")
followed_up: Registry[FollowedUp] = Registry("followed_up")
#: Who sends the reminder of a rule that an upper app asks by: (key of the part, day, key of the mail).
reminders: Registry[Callable[[int, date, str], bool]] = Registry("reminders")
#: Says of an outcome by its key why it stays, in a sentence; "" where it may go.
outcome_uses: Registry[Callable[[int], str]] = Registry("outcome_uses")
#: Dates ahead that upper apps add to a person's list: (account, first day, last day), as `clusters.tables.deadlines.
#: Deadline`.
dates_ahead: Registry[Callable[[User, date, date], Iterable[Any]]] = Registry("dates_ahead")
#: What goes along when a cluster is merged into another one: (the cluster, the one that takes it in).
moves: Registry[Callable[[Any, Any], None]] = Registry("moves")
#: What the demonstration tells besides of the world and a cluster's file: as `clusters.demo.story.Told`.
demo_steps: Registry[Callable[[Any, dict[str, Any]], Iterable[tuple[Any, str, Any]]]] = Registry("demo_steps")


def told_of(verb: str) -> Told | None:
    """Return what an upper app says of an event's verb; None when none knows it."""
    return next((words[verb] for words in sentences if verb in words), None)


def hidden_from(user: Any, clusters: Sequence[Any]) -> Q:
    """Return the condition for the events of these clusters that `user` may not read, among those of upper apps."""
    found = Q(pk__in=[])
    for condition in hidden_events:
        found |= condition(user, clusters)
    return found


def result_verbs() -> list[str]:
    """Return the verbs of upper apps that change what came of a cluster."""
    return sorted(verb for one in results for verb in one.verbs)


def uptake_lines(cluster: Any) -> list[UptakeLine]:
    """Return the uptakes that a snapshot of `cluster` holds."""
    return [line for one in results for line in one.lines(cluster)]


def review_lines(cluster: Any) -> list[ReviewLine]:
    """Return the peer reviews that a snapshot of `cluster` holds."""
    return [line for one in results for line in one.reviews(cluster)]


def has_results(cluster: Any) -> bool:
    """Tell whether a cluster brought about something that "there is no outcome" would deny."""
    return any(one.speaks_against_none(cluster) for one in results)


def named_results() -> str:
    """Return the SELECTs of all results, each behind a UNION ALL."""
    return "".join(f"UNION ALL\n{one.named}\n" for one in results)
