"""What every page of the register begins with, in one query: the labels of its filters, and the registry's stamp.

The stamp tells whether anything in the registry changed: the newest event (every action writes one), the newest
cluster and the newest change of one, how many the person proposed and may read as drafts (drafts write no events, and
may be discarded). What was counted or shown under a stamp is right as long as the stamp is the same.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import connection
from django.utils.dateparse import parse_datetime

from community.choices import Vocabulary
from community.models import Term

#: On PostgreSQL a change that began earlier may be committed later, so a stamp this young is not relied on.
SETTLES: Final = timedelta(seconds=5)

# Written out, because composing it anew costs ten times as long as asking it. Both databases read it alike.
_SQL: Final = """
SELECT 'group', id, code, title, "order" FROM community_workinggroup
UNION ALL
SELECT CASE WHEN is_retired THEN 'retired' ELSE 'theme' END, id, code, CAST(labels AS text), "order"
FROM community_term WHERE vocabulary = %s
UNION ALL
SELECT 'stamp',
    COALESCE((SELECT MAX(id) FROM clusters_cluster), 0),
    COALESCE(CAST((SELECT MAX(updated_at) FROM clusters_cluster) AS text), ''),
    CAST(COALESCE((SELECT MAX(id) FROM community_event), 0) AS text),
    (SELECT COUNT(*) FROM clusters_cluster WHERE proposer_id = %s)
UNION ALL
SELECT 'shared', COUNT(*), '', '', 0 FROM clusters_draftshare WHERE member_id = %s
UNION ALL
SELECT 'demo', COUNT(*), '', '', 0 FROM community_demomarker
"""


@dataclass(frozen=True)
class Label:
    """A choice beside the list: its key in the database, its code in the address, its words."""

    pk: int
    code: str
    words: str
    is_retired: bool = False


@dataclass(frozen=True)
class Bearings:
    """The labels by key in the order of their lists, and the stamp."""

    stamp: str
    changed_at: datetime | None
    size: int
    is_demo: bool = False
    groups: dict[int, Label] = field(default_factory=dict)
    themes: dict[int, Label] = field(default_factory=dict)

    def is_settled(self, now: datetime) -> bool:
        """Tell whether what is computed now may be kept under the stamp."""
        return self.changed_at is None or now - self.changed_at > SETTLES

    def group_choices(self) -> list[tuple[str, str]]:
        """Return the working groups as choices of a filter: code and words."""
        return [(label.code, label.words) for label in self.groups.values()]

    def theme_choices(self) -> list[tuple[str, str]]:
        """Return the themes as choices of a filter."""
        return [(label.code, label.words) for label in self.themes.values()]


def bearings(member_id: int | None) -> Bearings:
    """Return labels and stamp for a person (None: a visitor), and whether this is a demo; one query.

    The labels are part of the stamp: they are edited without touching a cluster.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [Vocabulary.CHALLENGE, member_id, member_id])
        rows: list[tuple[str, int, str, str, int]] = cursor.fetchall()
    head = next(row for row in rows if row[0] == "stamp")
    labels = sorted(rows, key=lambda row: (row[4], row[2], row[1]))
    return Bearings(
        stamp=repr(labels),
        changed_at=_moment(head[2]),
        size=head[1],
        is_demo=any(row[0] == "demo" and row[1] for row in rows),
        groups={pk: Label(pk, code, f"{code} {title}") for kind, pk, code, title, _order in labels if kind == "group"},
        themes={row[1]: _theme(*row) for row in labels if row[0] in {"theme", "retired"}},
    )


def _theme(kind: str, pk: int, code: str, labels: str, _order: int) -> Label:
    """Return a theme's label in the language of the page."""
    return Label(pk, code, Term(code=code, labels=json.loads(labels)).label, is_retired=kind == "retired")


def _moment(text: str) -> datetime | None:
    """Return the moment that a database wrote as text; SQLite leaves the zone out."""
    moment = parse_datetime(text) if text else None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
