"""Merging duplicates: looked at first, whole or not at all, every reference found by walking the models, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.choices import ParticipationRole, ParticipationStatus, State
from clusters.models import Decision, Participation
from community import contributions
from community.actions.account import reactivate_account
from community.actions.merge_moves import references_to
from community.actions.merging import merge_entries, preview_merge, unmerge_entries
from community.actions.standing import set_standing
from community.choices import ConsentPurpose, Standing
from community.merge_rules import WITH_THE_ACCOUNT, WITH_THE_SUBJECT
from community.models import (
    Affiliation,
    Appointment,
    Consent,
    DataRequest,
    Event,
    Member,
    Message,
    MeToo,
    Organisation,
    User,
)
from community.personal import whose
from community.triggers import guarded_tables
from community.verification import verify_history
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.clusters.test_lifecycle_atomic import FRAMES, Break, BreaksAfter
from tests.community.making_merges import LEFT_BEHIND, merge, refusal_of, still_pointing
from tests.community.traces import World
from tests.database import changed, contents
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_every_column_that_refers_to_an_entry_is_walked_and_every_rule_names_one() -> None:
    walked = {one.code for model in (Member, Organisation, User) for one in references_to(model)}
    columns = {
        f"{table._meta.label}.{column.name}"
        for table in apps.get_models(include_auto_created=True)
        for column in table._meta.concrete_fields
        if column.is_relation and column.related_model in (Member, Organisation, User)
    }
    assert columns - walked == WITH_THE_ACCOUNT
    assert {code for said in contributions.merge_rules for code in said} - walked == set()
    assert {one.removesuffix(".subject") for one in walked if one.endswith(".subject")} & WITH_THE_SUBJECT == set()


def test_all_of_a_person_moves_but_history_and_comes_back(cast: Cast, admin: User) -> None:
    world = World(cast)
    person, user, kept = world.person, world.user, make.make_member("Zoraida Q.", organisation=cast.organisation)
    before = contents()
    plan = merge(kept, person, admin)
    person.refresh_from_db()
    user.refresh_from_db()
    assert (person.merged_into, user.is_active, plan.account) == (kept, False, "closes")
    guarded = {table._meta.label for table in apps.get_models() if table._meta.db_table in guarded_tables()}
    stays = {one.code for one in plan.moves if one.stayed}
    assert still_pointing(Member, person) == stays - {"community.Event.subject"}
    assert {code.rpartition(".")[0] for code in stays} <= guarded
    assert Decision.objects.filter(decided_by=person).count() == 1
    assert Participation.objects.get(cluster=world.running, member=kept).status == ParticipationStatus.ACTIVE
    assert set(cast.group.coordinators(TODAY)) >= {kept}
    assert "with that account" not in refusal_of(lambda: reactivate_account(user=user, by=admin))
    assert set(whose(kept).members) == {kept.pk, person.pk}
    assert [finding for finding in verify_history() if finding.is_fault] == []
    assert unmerge_entries(merged=person, by=admin) == 0
    # Who coordinates was told of the merge and of its way back; all other mails are as they were.
    assert Message.objects.filter(template="community/appointment").delete()[0] > 0
    told = {table for table in changed(before, contents()) if not table.startswith(LEFT_BEHIND)}
    # Links and sign-ins of the account that was closed have ended for good.
    assert told - {"community_signedlink", "django_session", "usersessions_usersession"} == set()
    person.refresh_from_db()
    assert (person.merged_into, person.user == user, User.objects.get(pk=user.pk).is_active) == (None, True, True)
    assert unmerge_entries(merged=person, by=admin) == 0


def test_it_is_done_whole_or_not_at_all_whichever_statement_fails(
    cast: Cast, admin: User, rounds: Callable[[int], int]
) -> None:
    world = World(cast)
    kept = make.make_member("Zoraida Q.", organisation=cast.organisation)
    plan = preview_merge(kept=kept, merged=world.person, by=admin)
    before = contents()
    with CaptureQueriesContext(connection) as captured:
        assert preview_merge(kept=kept, merged=world.person, by=admin).digest == plan.digest
    assert changed(before, contents()) == {}
    total = len([row for row in captured if not row["sql"].lstrip().upper().startswith(FRAMES)])
    for number in range(total - 5, 0, -total // rounds(20) - 1):
        with pytest.raises(Break), transaction.atomic(), connection.execute_wrapper(BreaksAfter(number)):
            merge_entries(kept=kept, merged=world.person, by=admin, seen=plan.digest)
        assert changed(before, contents()) == {}


def test_the_greater_part_in_a_cluster_goes_on(cast: Cast, admin: User) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    lead = cluster.lead
    assert lead is not None
    kept = make.make_member("The Same")
    mine = Participation.objects.create(cluster=cluster, member=kept, status=ParticipationStatus.ACTIVE)
    merge(kept, lead, admin)
    cluster.refresh_from_db()
    mine.refresh_from_db()
    now = Participation.objects.get(cluster=cluster, member=kept, role=ParticipationRole.LEAD)
    assert (cluster.lead, now.status, mine.status) == (kept, ParticipationStatus.ACTIVE, ParticipationStatus.LEFT)
    assert unmerge_entries(merged=lead, by=admin) == 0
    mine.refresh_from_db()
    cluster.refresh_from_db()
    assert (mine.status, mine.until_on, cluster.lead) == (ParticipationStatus.ACTIVE, None, lead)


def test_what_both_have_is_resolved_as_the_preview_says(admin: User) -> None:
    group, park, term = make.make_working_group(), make.make_organisation(), make.make_term("expertise")
    kept = make.make_member("Anna Peric", organisation=park, expertise=(term,), consents=("directory",))
    twin = make.make_member("Anna Perić", organisation=park, expertise=(term,), consents=("directory",), account=False)
    for row in (kept, twin):
        make.make_appointment(row, group)
    need = make.make_need()
    for row in (kept, twin):
        MeToo.objects.create(need=need, member=row)
    plan = merge(kept, twin, admin)
    how = {one.code: (len(one.moved), len(one.dropped), len(one.ended)) for one in plan.moves}
    assert how == {
        "community.Member_expertise.member": (0, 1, 0),
        "community.Affiliation.member": (1, 0, 1),
        "community.Consent.member": (1, 0, 1),
        "community.Appointment.member": (1, 0, 1),
        "community.MeToo.member": (0, 1, 0),
    }
    assert Appointment.objects.current(timezone.localdate() + timedelta(days=1)).get().member == kept
    assert Affiliation.objects.filter(member=kept, until_on=None).count() == 1
    assert Consent.objects.standing().filter(member=kept).count() == 1
    unmerge_entries(merged=twin, by=admin)
    assert MeToo.objects.filter(member=twin).count() == 1
    assert list(twin.expertise.all()) == [term]
    assert Appointment.objects.filter(until_on=None).count() == 2


def test_a_later_no_of_the_person_holds_for_both(admin: User) -> None:
    kept, twin = make.make_member(), make.make_member(account=False)
    make.make_consent(kept, ConsentPurpose.NAMED, given_at=NOW, withdrawn_at=NOW + timedelta(days=9))
    make.make_consent(twin, ConsentPurpose.NAMED, given_at=NOW + timedelta(days=1))
    make.make_consent(twin, ConsentPurpose.PUBLIC, given_at=NOW)
    plan = merge(kept, twin, admin)
    assert plan.withdrawn == [ConsentPurpose.NAMED]
    assert [row.purpose for row in Consent.objects.standing().filter(member=kept)] == [ConsentPurpose.PUBLIC]
    assert Event.objects.filter(verb="withdraw_consent").count() == 1


def test_the_only_account_moves_and_signs_in_as_the_entry_that_stays(client: Client, admin: User) -> None:
    kept, twin = make.make_member("Anna Perić", account=False), make.make_member("A. Perić")
    account = twin.user
    plan = merge(kept, twin, admin)
    assert plan.account == "moves"
    client.force_login(account)
    assert client.get(reverse("community:member", args=[kept.key])).status_code == 200
    answer = client.get(reverse("community:member", args=[twin.key]))
    assert answer.status_code in (301, 302)
    assert answer["location"].endswith(reverse("community:member", args=[kept.key]))
    unmerge_entries(merged=twin, by=admin)
    twin.refresh_from_db()
    kept.refresh_from_db()
    assert (twin.user, kept.user) == (account, None)


def test_nobody_becomes_a_member_by_a_merge(admin: User) -> None:
    bare, member, former = make.make_member(account=False), make.make_member(), make.make_member(standing="former")
    for kept, merged in ((bare, make.make_external()), (member, make.make_external()), (bare, former)):
        assert "Make the person a member first" in refusal_of(lambda k=kept, m=merged: merge(k, m, admin))
    set_standing(member=former, standing=Standing.MEMBER, by=admin)
    assert merge(bare, former, admin).account == "moves"
    assert merge(member, make.make_member(standing="former", account=False), admin).account == ""


def test_what_changed_since_the_preview_is_looked_at_again(admin: User) -> None:
    kept, twin = make.make_member(), make.make_member(account=False)
    seen = preview_merge(kept=kept, merged=twin, by=admin).digest
    make.make_need(raised_by=twin)
    assert "Something changed" in refusal_of(lambda: merge_entries(kept=kept, merged=twin, by=admin, seen=seen))
    twin.refresh_from_db()
    assert (twin.merged_into, Event.objects.count()) == (None, 0)
    merge(kept, twin, admin)
    assert merge_entries(kept=kept, merged=twin, by=admin, seen="").moves == []


def test_what_cannot_be_merged_says_why(admin: User) -> None:
    kept, twin, other = make.make_member(), make.make_member(account=False), make.make_external()
    sentences = (
        (kept, twin, kept.user, "Only an administrator"),
        (kept, kept, admin, "two different"),
        (other, kept, admin, "no member of the community"),
        (kept, Member.objects.get(user=admin), admin, "your own entry"),
        (make.make_organisation(is_verified=False), make.make_organisation(), admin, "not confirmed"),
    )
    for stays, goes, by, words in sentences:
        assert words in refusal_of(lambda s=stays, g=goes, b=by: preview_merge(kept=s, merged=g, by=b))
    for row in (kept, twin):
        DataRequest.objects.create(member=row, kind="correction", asked_at=NOW, text="x")
    plan = preview_merge(kept=kept, merged=twin, by=admin)
    assert [one.code for one in plan.blocked] == ["community.DataRequest.member"]
    assert "mended first" in refusal_of(lambda: merge_entries(kept=kept, merged=twin, by=admin, seen=plan.digest))
    assert "mended first" not in refusal_of(lambda: merge(kept, make.make_member(erased_at=NOW), admin))


def test_merges_are_taken_back_in_their_order(admin: User) -> None:
    first, second, third = (make.make_member(account=False) for _number in range(3))
    need = make.make_need(raised_by=first)
    merge(second, first, admin)
    merge(third, second, admin)
    first.refresh_from_db()
    need.refresh_from_db()
    assert (first.merged_into, need.raised_by) == (third, third)
    assert "Undo that merge first" in refusal_of(lambda: unmerge_entries(merged=first, by=admin))
    unmerge_entries(merged=second, by=admin)
    unmerge_entries(merged=first, by=admin)
    need.refresh_from_db()
    assert need.raised_by == first


def test_what_was_changed_since_stays(admin: User) -> None:
    kept, twin, third = make.make_member(), make.make_member(account=False), make.make_member()
    one, two = make.make_need(raised_by=twin), make.make_need(raised_by=twin)
    merge(kept, twin, admin)
    type(one).objects.filter(pk=one.pk).update(raised_by=third)
    assert unmerge_entries(merged=twin, by=admin) == 1
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.raised_by, two.raised_by) == (third, twin)
