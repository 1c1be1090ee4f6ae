"""Any number of members and clusters of the same shape, by plain inserts in batches.

No action is called and no mail is written: what a story leaves is computed here, so that every row, count
and hash is what the actions would have left. `verify_history` holds the chains to that.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.utils import timezone

from clusters import search
from clusters.demo.bulk_cast import Cast
from clusters.demo.bulk_clusters import Batch
from clusters.demo.bulk_words import FIRST_NAMES, made_up_word
from clusters.demo.loading import SEED, draw
from clusters.demo.people import WORKS_SINCE
from clusters.models import Cluster
from community.choices import ConsentPurpose, ConsentWay
from community.folding import fold
from community.models import Affiliation, Consent, ConsentWording, Event, Member, Organisation, User
from community.signals import recorded

Tell = Callable[[int], object]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MEMBERS_A_BATCH = 1000
CLUSTERS_A_BATCH = 500
#: Clusters in bulk were proposed over so many days up to today.
SPAN_DAYS = 700
#: So many members in a hundred consent to the directory and to be named.
_IN_DIRECTORY, _NAMED = 80, 35


def make_members(count: int, *, tell: Tell) -> None:
    """Make members with account, organisation and some consents."""
    organisations = list(Organisation.objects.filter(is_demo=True))
    wordings = {w.purpose: w for w in ConsentWording.objects.filter(version=1, language="en")}
    first = Member.objects.count()
    rng = random.Random(SEED + first)  # noqa: S311 - names, not secrets
    for start in range(0, count, MEMBERS_A_BATCH):
        size = min(MEMBERS_A_BATCH, count - start)
        with transaction.atomic():
            _member_batch(rng, first + start, size, organisations, wordings)
        tell(size)


def _member_batch(
    rng: random.Random,
    first: int,
    size: int,
    organisations: list[Organisation],
    wordings: dict[str, ConsentWording],
) -> None:
    """Insert one batch of members; their search text is what `community.search` would write."""
    now = timezone.now()
    users = User.objects.bulk_create(
        User(
            email=f"m{first + n}@bulk.demo.example",
            password=UNUSABLE_PASSWORD_PREFIX + "".join(rng.choices(LETTERS, k=40)),
        )
        for n in range(size)
    )
    works_for = [rng.choice(organisations) for _n in range(size)]
    members = [_made_up_member(rng, user, place) for user, place in zip(users, works_for, strict=True)]
    Member.objects.bulk_create(members)
    Affiliation.objects.bulk_create(
        Affiliation(member=member, organisation=organisation, function="Adviser", is_main=True, from_on=WORKS_SINCE)
        for member, organisation in zip(members, works_for, strict=True)
    )
    shares = ((ConsentPurpose.DIRECTORY, _IN_DIRECTORY), (ConsentPurpose.NAMED, _NAMED))
    Consent.objects.bulk_create(
        Consent(
            member=member,
            purpose=purpose,
            wording=wordings[purpose],
            given_at=now - timedelta(days=90),
            how=ConsentWay.DEMO,
        )
        for member in members
        for purpose, share in shares
        if rng.randrange(100) < share
    )


def _made_up_member(rng: random.Random, user: User, organisation: Organisation) -> Member:
    """Return a member for an account, not yet written."""
    family = made_up_word(rng)
    name = f"{rng.choice(FIRST_NAMES)} {family}"
    found_by = " ".join(part for part in (name, organisation.name, organisation.short_name) if part)
    return Member(
        key="".join(rng.choices(LETTERS, k=12)),
        user=user,
        name=name,
        sort_name=family,
        is_demo=True,
        search_text=fold(found_by),
        languages=["en"],
    )


def make_clusters(count: int, *, factsheets: int, tell: Tell) -> None:
    """Make clusters with all their parts, decisions and chained events, and issue factsheets for the newest few."""
    if not count:
        return
    cast = Cast.of_today()
    first = Cluster.objects.count()
    rng = random.Random(SEED + first)  # noqa: S311 - made-up work, not secrets
    made: list[int] = []
    for start in range(0, count, CLUSTERS_A_BATCH):
        size = min(CLUSTERS_A_BATCH, count - start)
        ages = [SPAN_DAYS - SPAN_DAYS * (start + n) // count for n in range(size)]
        with transaction.atomic():
            pks = Batch(cast, rng).insert(ages)
            search.rebuild(pks)
        made += pks
        tell(size)
    if factsheets:
        issue_some(made, factsheets)


def issue_some(pks: list[int], count: int) -> int:
    """Issue the factsheets that the last events of some clusters would have led to; return how many clusters."""
    issuing = Event.objects.filter(kind="cluster", subject_id__in=pks[-20 * count :], verb__in=["approve", "conclude"])
    some = list(dict.fromkeys(issuing.order_by("-at").values_list("subject_id", flat=True)))[:count]
    for pk in some:
        for event in Event.objects.filter(kind="cluster", subject_id=pk, verb__in=["approve", "conclude"]).order_by(
            "number"
        ):
            with transaction.atomic():
                recorded.send(sender=Event, event=event)
                draw(event.at, run=True)
    return len(some)
