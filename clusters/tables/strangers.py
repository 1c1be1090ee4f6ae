"""The summary page as whoever has no part in the cluster reads it, kept whole.

Visitors, and members who neither take part, propose, lead nor coordinate anything, read the same page: it is drawn for
the first of them and found again under everything that it shows. All that is asked anew for each reader, by
hand-written queries: whether the cluster is public, whether the reader has a part in it, and what the page shows.

No time has to pass before a page may be kept, as under the register's stamp: nothing here is the newest of many rows,
which a slow transaction could come before. The version rises under the cluster's lock, a chain's head names its newest
event by number and hash, all else is compared in full. What changes while a page is drawn keeps it from being kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zlib import compress, decompress

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from clusters.choices import PUBLIC_STATES
from clusters.kept_snapshot import named_elsewhere
from clusters.models import Cluster
from clusters.tables import drawn_html
from clusters.visibility import viewer
from community.contributions import standing_of
from community.models import User

_TEMPLATE: Final = "clusters/cluster/_whole.html"

# Written out, because composing it anew costs ten times as long as asking it. Both databases read it alike.
# `line` are the clusters before and after this one, `below` those whose history is read here. Of the rows "mine" it is
# enough that there are any: they are the reader's part in one of these clusters.
_BESIDE: Final = """
WITH RECURSIVE own AS (
    SELECT id, lead_id, follows_id FROM clusters_cluster WHERE reference = %s
), below(id) AS (
    SELECT id FROM own UNION SELECT c.id FROM clusters_cluster c JOIN below ON c.merged_into_id = below.id
), line AS (
    SELECT id FROM below UNION SELECT follows_id FROM own
    UNION SELECT c.id FROM clusters_cluster c JOIN own ON c.follows_id = own.id
), chain AS (
    SELECT 'cluster:' || CAST(id AS text) AS code FROM below
)
SELECT 'line', id, COALESCE(reference, draft_code), title, state || ' ' || state_before,
    CAST(merged_into_id AS text) FROM clusters_cluster WHERE id IN (SELECT id FROM line)
UNION ALL
SELECT 'head', number, chain, hash, '', '' FROM community_chainhead WHERE chain IN (SELECT code FROM chain)
UNION ALL
SELECT 'emptied', d.id, '', '', '', '' FROM community_event e JOIN community_eventdetail d ON d.event_id = e.id
    WHERE e.chain IN (SELECT code FROM chain) AND d.redaction_id IS NOT NULL
UNION ALL
SELECT 'need', n.id, n.question, '', '', '' FROM community_need n
    JOIN clusters_cluster_further_needs f ON f.need_id = n.id JOIN own ON own.id = f.cluster_id
UNION ALL
SELECT 'condition', c.id, c.text || ' ' || COALESCE(CAST(c.due_on AS text), ''), CAST(c.met_at AS text) || c.met_note,
    CAST(c.confirmed_at AS text), CAST(c.waived_at AS text) || c.waive_reason
    FROM clusters_condition c JOIN own ON own.id = c.cluster_id
UNION ALL
SELECT 'lead', m.id, m.name, '', '', '' FROM community_member m JOIN own ON own.lead_id = m.id
UNION ALL
SELECT 'consent', c.id, c.purpose, CAST(c.withdrawn_at AS text), '', '' FROM community_consent c
    JOIN own ON own.lead_id = c.member_id
UNION ALL
SELECT 'mine', id, '', '', '', '' FROM clusters_cluster
    WHERE id IN (SELECT id FROM line) AND %s IN (proposer_id, lead_id, acting_lead_id)
UNION ALL
SELECT 'mine', id, '', '', '', '' FROM clusters_participation
    WHERE cluster_id IN (SELECT id FROM line) AND member_id = %s
UNION ALL
SELECT 'mine', id, '', '', '', '' FROM clusters_draftshare WHERE cluster_id IN (SELECT id FROM line) AND member_id = %s
UNION ALL
SELECT 'mine', id, '', '', '', '' FROM clusters_amendment
    WHERE cluster_id IN (SELECT id FROM line) AND %s IN (suggested_by_id, put_forward_by_id, new_lead_id)
UNION ALL
SELECT 'mine', id, '', '', '', '' FROM clusters_followup WHERE cluster_id IN (SELECT id FROM line) AND asked_id = %s
"""


@dataclass(frozen=True)
class Page:
    """The page of a public cluster for a reader without a part in it, and where it is kept."""

    cluster: Cluster
    key: str

    def kept(self) -> SafeString | None:
        """Return its HTML below the crumbs, or None where it is not kept."""
        found: bytes | None = cache.get(self.key)
        return None if found is None else SafeString(decompress(found).decode())


def page_of(reference: str, user: User | AnonymousUser, on: date) -> Page | None:
    """Return the page that this reader shares with others; None where the cluster is not public, or they have a part.

    None also for coordinators and administrators, who are shown more of every cluster, and where a section of another
    app does not say what it shows.
    """
    who = viewer(user, on)
    if who.is_coordinator or who.is_administrator:
        return None
    beside = _beside(reference, who.member_id)
    if not beside or any(row[0] == "mine" for row in beside):
        return None
    cluster = next(iter(Cluster.objects.raw("SELECT * FROM clusters_cluster WHERE reference = %s", [reference])), None)
    sections = None if cluster is None else standing_of("cluster", cluster)
    if cluster is None or cluster.state not in PUBLIC_STATES or sections is None:
        return None
    columns = [getattr(cluster, column.attname) for column in Cluster._meta.concrete_fields]
    reader = (user.is_authenticated, who.member_id is None, who.is_cop, who.is_external)
    shown = (reader, columns, beside, named_elsewhere(cluster.pk), sections)
    return Page(cluster, drawn_html.key("stranger", shown, on))


def _beside(reference: str, member_id: int | None) -> list[tuple[object, ...]]:
    """Return what the page shows beside the cluster's own row and what a snapshot names, in no order that counts."""
    with connection.cursor() as cursor:
        cursor.execute(_BESIDE, [reference, *[member_id] * (_BESIDE.count("%s") - 1)])
        return sorted(cursor.fetchall(), key=repr)


def drawn(page: Page, context: dict[str, Any], again: Callable[[], Page | None]) -> SafeString:
    """Draw the page and keep it, unless something changed meanwhile: `again` asks what it shows now.

    It is drawn without the request: nothing of the reader is in what is kept.
    """
    html = render_to_string(_TEMPLATE, context)
    now = again()
    if now is not None and now.key == page.key:
        cache.set(page.key, compress(html.encode(), 1), drawn_html.KEPT_SECONDS)
    return html
