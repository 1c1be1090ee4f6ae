"""Run inside the site (`python -m benchmarks.look find|settle|touch`): what to ask there, and how to change it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import django


def find() -> dict[str, Any]:
    """Return the addresses and words to ask for, and a session of a member."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from clusters.choices import State
    from clusters.models import Cluster
    from clusters.tables.page import PER_PAGE
    from community.models import Member, Organisation
    from factsheets.models import Edition

    public = Cluster.objects.public()
    cluster = public.filter(state=State.RUNNING, stages__isnull=False).order_by("pk").first()
    member = Member.objects.filter(user__is_active=True, standing="member", appointments=None).order_by("pk").last()
    if cluster is None or member is None or member.user is None:
        raise SystemExit("nothing to measure: no running cluster, or no member with an account")
    session = SessionStore()
    session[SESSION_KEY] = str(member.user.pk)
    session[BACKEND_SESSION_KEY] = "community.backends.AccountBackend"
    session[HASH_SESSION_KEY] = member.user.get_session_auth_hash()
    session.save()
    edition = Edition.objects.filter(issue__kind="cluster", pdf_size__gt=0).order_by("pk").last()
    texts = Counter(word for text in _sample(public) for word in set(text.split()) if len(word) > 4)
    common = texts.most_common(1)[0][0]
    total = public.count()
    return {
        "session": session.session_key,
        "organisation": Organisation.objects.order_by("pk").values_list("pk", flat=True)[0],
        "cluster": cluster.get_absolute_url(),
        "factsheet": _download(edition),
        "common_word": common,
        "common_hits": public.matching(common).count(),
        **_rare(public, texts),
        "middle_page": max(1, total // PER_PAGE // 2),
        "clusters": Cluster.objects.count(),
        "public": total,
        "members": Member.objects.count(),
    }


def _sample(public: Any) -> Any:
    return public.order_by("pk").values_list("search_text", flat=True)[:2000]


def _rare(public: Any, texts: Counter[str]) -> dict[str, Any]:
    """Return the word of the sample that fewest clusters hold, with their number."""
    rare = [word for word, number in texts.items() if number == 1 and word.isalpha()][:40]
    counted = sorted((public.matching(word).count(), word) for word in rare)
    number, word = counted[0] if counted else (0, "zostera")
    return {"rare_word": word, "rare_hits": number}


def _download(edition: Any) -> str:
    """Return the address under which an issued PDF is handed out."""
    from django.urls import reverse

    if edition is None:
        return ""
    issue = edition.issue
    return reverse("factsheets:issue_pdf", args=[issue.reference, issue.version, edition.language])


def settle() -> None:
    """Let the database know its own tables, as it does by itself after a while."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "PRAGMA optimize")


def touch() -> None:
    """Change one public cluster and let the change settle."""
    from datetime import timedelta

    from django.db.models import F
    from django.utils import timezone

    from clusters.models import Cluster

    last = Cluster.objects.public().order_by("pk").last()
    if last is not None:
        moment = timezone.now() - timedelta(seconds=30)
        Cluster.objects.filter(pk=last.pk).update(updated_at=moment, version=F("version") + 1)


if __name__ == "__main__":
    django.setup()
    found = {"find": find, "settle": settle, "touch": touch}[sys.argv[1]]()
    if found is not None:
        sys.stdout.write(json.dumps(found))
