"""Merging duplicates: looked at first, whole or not at all, every reference found by walking the models, taken back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clusters.choices import ParticipationRole, ParticipationStatus, State
from clusters.models import Cluster, Decision, DraftShare, Participation
from community import contributions
from community.actions.account import reactivate_account
from community.actions.merge_moves import Moved, references_to
from community.actions.merging import Plan, merge_entries, preview_merge, unmerge_entries
from community.actions.standing import set_standing
from community.choices import ConsentPurpose, Standing
from community.imports.organisation import OrganisationImport
from community.imports.outgoing import take_out
from community.imports.table import bring_in
from community.merge_rules import WITH_THE_ACCOUNT, WITH_THE_SUBJECT
from community.models import Affiliation, Appointment, Consent, DataRequest, Event, Member, MeToo, Organisation, User
from community.permissions import Refusal
from community.personal import whose
from community.triggers import guarded_tables
from community.verification import verify_history
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.test_lifecycle_atomic import FRAMES, Break, BreaksAfter
from tests.community.test_erasure import World
from tests.database import changed, contents
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

#: What a merge that was taken back leaves: its events and how often rows were written.
LEFT_BEHIND = ("community_event", "community_eventdetail", "community_chainhead", "community_member", "factsheets_")


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def admin() -> User:
    return make.make_admin(name="Admin Person")


def merge(kept: Any, merged: Any, by: User) -> Plan:
    """Look at a merge and do it."""
    return merge_entries(kept=kept, merged=merged, by=by, seen=preview_merge(kept=kept, merged=merged, by=by).digest)


def refusal_of(call: Any) -> str:
    """Return the sentence with which an action refuses."""
    with pytest.raises(Refusal) as refusal:
        call()
    return str(refusal.value)


def still_pointing(model: Any, row: Any) -> set[str]:
    """Return the columns by which something still refers to a row, found without the code under test."""
    found = set()
    for table in apps.get_models(include_auto_created=True):
        for column in table._meta.concrete_fields:
            if column.is_relation and column.related_model is model:
                rows = table._base_manager.filter(**{column.name: row.pk})
                found |= {f"{table._meta.label}.{column.name}"} if rows.exists() else set()
    return found


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


def test_the_page_says_what_an_account_that_moves_gets_and_which_consents_hold_then(
    client: Client, admin: User
) -> None:
    kept = make.make_member("Anna Perić", account=False, consents=(ConsentPurpose.PUBLIC,))
    twin = make.make_member("A. Perić", consents=(ConsentPurpose.NAMED, ConsentPurpose.DIRECTORY))
    make.make_consent(kept, ConsentPurpose.DIRECTORY)
    make.make_appointment(kept, make.make_working_group())
    make.make_appointment(kept, make.make_working_group(), until_on=TODAY - timedelta(days=9))
    draft = Cluster.objects.create(title="A draft", proposer=Member.objects.get(user=admin))
    DraftShare.objects.create(cluster=draft, member=kept, shared_by=admin)
    plan = preview_merge(kept=kept, merged=twin, by=admin)
    assert dict(plan.gained) == {"community.Appointment.member": 1, "clusters.DraftShare.member": 1}
    assert plan.shared == [(ConsentPurpose.PUBLIC, "kept"), (ConsentPurpose.NAMED, "merged")]
    client.force_login(admin)
    text = client.get(reverse("admin:community_member_merge", args=[twin.pk]), {"into": kept.pk}).content.decode()
    for words in (
        "Coordinates, and decides (1)",
        "Reads a draft that was shared (1)",
        "Shown on public pages: agreed to in the entry that stays.",
        "Named on factsheets and statements: agreed to in the entry that is merged.",
    ):
        assert words in text
    make.make_appointment(kept, None)
    assert preview_merge(kept=kept, merged=twin, by=admin).digest != plan.digest


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


def test_organisations_are_merged_and_the_merge_taken_back(admin: User) -> None:
    kept, twin = make.make_organisation("Plan Bleu"), make.make_organisation("Le Plan Bleu", is_verified=False)
    project = make.make_project()
    for row in (kept, twin):
        make.make_partnership(row, project)
    member = make.make_member("Claire Astier", organisation=twin)
    before = contents()
    plan = merge(kept, twin, admin)
    assert still_pointing(Organisation, twin) == set()
    assert project.partnerships.filter(until_on=None).count() == 1
    member.refresh_from_db()
    assert (member.organisation_on(TODAY), "le plan" in member.search_text) == (kept, False)
    assert {one.code for one in plan.moves} == {
        "community.Affiliation.organisation",
        "community.Partnership.organisation",
    }
    assert unmerge_entries(merged=twin, by=admin) == 0
    left = {table for table in changed(before, contents()) if not table.startswith(LEFT_BEHIND)}
    assert left == {"community_organisation"}
    merge(kept, twin, admin)
    make.make_organisation("LE PLAN BLEU")
    assert "that name now" in refusal_of(lambda: unmerge_entries(merged=twin, by=admin))


def test_a_merged_organisation_is_neither_taken_out_nor_brought_back_by_a_file(admin: User) -> None:
    kept, twin = make.make_organisation("Plan Bleu"), make.make_organisation("Le Plan Bleu")
    merge(kept, twin, admin)
    taken = take_out(OrganisationImport(admin), Organisation.objects.all(), "csv")
    assert "Le Plan Bleu" not in b"".join([taken] if isinstance(taken, bytes) else taken).decode()
    report = bring_in(OrganisationImport(admin), b"name\nLe Plan Bleu\n")
    assert [str(problem) for problem in report.problems] == [
        "Row 2, name: This organisation was merged into “Plan Bleu”. Write that."
    ]
    assert Organisation.objects.count() == 2


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


# -- In the admin ------------------------------------------------------------------------------------------------------


def test_the_admin_shows_what_moves_then_merges_and_takes_it_back(client: Client, admin: User) -> None:
    client.force_login(admin)
    kept, twin = make.make_member("Anna Perić"), make.make_member("Anna Peric")
    cluster = Cluster.objects.create(title="A draft of theirs", proposer=kept)
    DraftShare.objects.create(cluster=cluster, member=twin, shared_by=kept.user)
    chosen = {"action": "merge_two", "_selected_action": [kept.pk, twin.pk]}
    answer = client.post(reverse("admin:community_member_changelist"), chosen)
    page = reverse("admin:community_member_merge", args=[twin.pk])
    assert answer["location"] == f"{page}?into={kept.pk}"
    shown = client.get(answer["location"])
    text = shown.content.decode()
    assert "Reads a draft that was shared (1)" in text
    assert "Both have an account" in text
    assert "A draft of theirs" not in text
    assert Member.objects.filter(merged_into=None).count() == 3
    sent = {"into": kept.pk, "seen": "another"}
    assert "Something changed" in client.post(page, sent, follow=True).content.decode()
    done = client.post(page, sent | {"seen": shown.context["plan"].digest}, follow=True)
    assert "is merged into" in done.content.decode()
    listed = client.get(reverse("admin:community_member_changelist"), {"q": "peric"}).context["cl"].result_list
    assert [row.pk for row in listed] == [kept.pk]
    asked = {"app_label": "community", "model_name": "appointment", "field_name": "member", "term": "peric"}
    assert [row["id"] for row in client.get("/admin/autocomplete/", asked).json()["results"]] == [str(kept.pk)]
    past = client.get(reverse("admin:community_member_history", args=[kept.pk])).content.decode()
    assert "Merged into another entry" in past
    shut = reverse("admin:community_member_change", args=[twin.pk])
    assert client.post(shut, {"name": "X"}).status_code == 403
    back = reverse("admin:community_member_unmerge", args=[twin.pk])
    assert back in client.get(shut).content.decode()
    assert "rows moved" in client.get(back).content.decode()
    assert "taken back" in client.post(back, follow=True).content.decode()
    assert Member.objects.filter(merged_into=None).count() == 3


def test_nobody_else_merges_and_no_address_breaks_the_page(client: Client, admin: User) -> None:
    twin = make.make_organisation()
    pages = [reverse(f"admin:community_organisation_{name}", args=[twin.pk]) for name in ("merge", "unmerge")]
    client.force_login(make.make_member().user)
    assert {client.get(page).status_code for page in pages} == {302}
    client.force_login(admin)
    for query in ("into=9999999999999999999999", "into=x", f"into={twin.pk}", "into=%00", "into="):
        assert client.get(f"{pages[0]}?{query}").status_code in (200, 302)
    for key in ("9" * 40, "x", "0"):
        assert client.get(reverse("admin:community_organisation_merge", args=[key])).status_code == 404
    assert client.get(pages[1]).status_code == 302


def test_a_preview_takes_the_same_queries_for_one_row_and_for_thirty(admin: User) -> None:
    kept, twin = make.make_organisation(), make.make_organisation()
    counts = []
    for number in (1, 30):
        for _each in range(number):
            make.make_member(account=False, organisation=twin)
        with CaptureQueriesContext(connection) as taken:
            plan = preview_merge(kept=kept, merged=twin, by=admin)
        counts.append(len(taken))
    assert (type(plan.moves[0]), len(plan.moves[0].moved)) == (Moved, 31)
    assert counts[0] == counts[1]
