"""Whom a proposal names to take part, and organisations that the registry does not know yet.

Nobody is mailed: members are asked once the proposal is approved, an organisation without a person stays an open
task of the lead.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import IntegrityError, transaction

from clusters.actions.proposal_values import PersonLine, named_people
from clusters.choices import ParticipationRole, ParticipationStatus
from clusters.models import Cluster, Participation
from community import search
from community.models import Organisation, User


def resolved_people(lines: Iterable[PersonLine]) -> list[PersonLine]:
    """Return the lines with an organisation's key for each new name: found by its folded name, or made unverified.

    A person or a wanted organisation that stands twice is kept once.
    """
    found: dict[tuple[int | None, int | None], PersonLine] = {}
    for line in lines:
        if line.new_name:
            made = known_organisation(line.new_name, line.new_country)
            line = PersonLine(member_id=line.member_id, organisation_id=made.pk)
        key = (line.member_id, None) if line.member_id else (None, line.organisation_id)
        found.setdefault(key, line)
    return list(found.values())


def known_organisation(name: str, country: str = "") -> Organisation:
    """Return the organisation of that name, made as unverified when there is none; never a second of one name.

    Of two who add the same name at once the later waits for the first at the unique key and then finds its row.
    """
    row = Organisation.objects.named(name).first()
    if row is not None:
        return row
    try:
        with transaction.atomic():
            row = Organisation.objects.create(name=name, country=country, is_verified=False)
    except IntegrityError:
        return Organisation.objects.named(name).get()
    search.index(row)
    return row


def write_people(cluster: Cluster, lines: Sequence[PersonLine], *, by: User | None) -> None:
    """Make the named participations equal to `lines`; rows that stay keep their key.

    Who said "I would join" already is left as they are: their own word counts more.
    """
    wanted = {(line.member_id, None if line.member_id else line.organisation_id): line for line in lines}
    for row in list(named_people(cluster)):
        line = wanted.pop((row.member_id, None if row.member_id else row.organisation_id), None)
        if line is None:
            row.delete()
        elif row.organisation_id != line.organisation_id:
            row.organisation_id = line.organisation_id
            row.save(update_fields=["organisation"])
    present = set(cluster.participations.live().values_list("member_id", flat=True))
    for line in wanted.values():
        if line.member_id is None or line.member_id not in present:
            _add(cluster, line, by=by)


def _add(cluster: Cluster, line: PersonLine, *, by: User | None) -> None:
    Participation.objects.create(
        cluster=cluster,
        member_id=line.member_id,
        organisation_id=line.organisation_id,
        role=ParticipationRole.PARTICIPANT,
        status=ParticipationStatus.INVITED if line.member_id else ParticipationStatus.WANTED,
        asked_by=by,
    )
