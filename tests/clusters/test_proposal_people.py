"""Who is named in a proposal: by whom they may be found, for which organisation, and whether they may lead."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from clusters.actions.proposal import save_step
from clusters.actions.proposal_values import digest, stored
from clusters.choices import ParticipationStatus, State
from clusters.models import Cluster, Participation
from community.choices import ConsentPurpose, Standing
from community.models import Consent, Member, Message, Organisation
from tests import factories as make
from tests.cast import Cast
from tests.clusters.form_reader import fields_of
from tests.clusters.proposal_pages import Writer

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(cast: Cast) -> Member:
    """A member who agreed to stand in the directory."""
    return make.make_member("Lucía Ferrer", organisation=cast.partner, consents=(ConsentPurpose.DIRECTORY,))


def found(writer: Writer, what: str, query: str) -> str:
    typed = writer.typed(4, **{f"find_{what}": query})
    return writer.post(4, typed, f"find:{what}", htmx=True).content.decode()


def test_only_members_who_agreed_to_the_directory_are_found(writer: Writer, listed: Member) -> None:
    make.make_member("Lucía Hidden")
    make.make_member("Lucía External", standing=Standing.EXTERNAL, consents=(ConsentPurpose.DIRECTORY,))
    for what in ("lead", "people"):
        part = found(writer, what, "lucia")
        assert [name for name in ("Ferrer", "Hidden", "External") if name in part] == ["Ferrer"]
    assert "Park of the Cape" in found(writer, "lead", "lucia")
    assert listed.name in found(writer, "lead", "park of the cape")
    Consent.objects.filter(member=listed).update(withdrawn_at=make.NOW)
    assert "Ferrer" not in found(writer, "people", "lucia")


@pytest.mark.parametrize("query", ["", " ", "l", "zzzz", "\x00", "%", "x" * 300])
def test_a_query_that_says_too_little_lists_nobody(writer: Writer, listed: Member, query: str) -> None:
    assert "Ferrer" not in found(writer, "lead", query)


def test_many_hits_are_cut_to_eight(writer: Writer) -> None:
    for number in range(12):
        make.make_member(f"Same Name {number}", consents=(ConsentPurpose.DIRECTORY,))
    assert found(writer, "people", "same name").count("person:") == 8


def test_a_member_is_named_for_one_of_their_organisations(writer: Writer, draft: Cluster, listed: Member) -> None:
    other = make.make_organisation("Delta Centre")
    make.make_affiliation(listed, other)
    page = writer.post(4, writer.typed(4, find_people="lucia"), f"person:{listed.key}").content.decode()
    typed = fields_of(page)
    assert typed["people-0-member"] == [listed.key]
    assert draft.participations.count() == 0
    writer.post(4, {**typed, "people-0-organisation": [str(other.pk)]})
    row = draft.participations.get()
    assert (row.member, row.organisation) == (listed, other)
    assert (row.status, row.asked_at) == (ParticipationStatus.INVITED, None)
    assert "Lucía Ferrer" in writer.page(4)


def test_a_person_without_a_choice_stands_for_where_they_mainly_work(
    cast: Cast, writer: Writer, draft: Cluster, listed: Member
) -> None:
    writer.save(4, **{"people-0-member": listed.key})
    assert draft.participations.get().organisation == cast.partner


def test_a_member_is_not_named_for_an_organisation_where_they_do_not_work(writer: Writer, listed: Member) -> None:
    stranger = make.make_organisation()
    answer = writer.save(4, **{"people-0-member": listed.key, "people-0-organisation": str(stranger.pk)})
    assert answer.status_code == 422
    assert "Choose from the list." in answer.content.decode()


@pytest.mark.parametrize("key", ["nobodyknown1", "\x00", "x" * 400])
def test_a_key_that_was_made_up_names_nobody(writer: Writer, draft: Cluster, key: str) -> None:
    assert writer.save(4, **{"people-0-member": key}).status_code == 422
    assert draft.participations.count() == 0


def test_a_hidden_member_cannot_be_named_by_their_key(writer: Writer, draft: Cluster, cast: Cast) -> None:
    hidden = make.make_member("Hidden Person", organisation=cast.organisation)
    answer = writer.save(4, lead=hidden.key, **{"people-0-member": hidden.key})
    assert answer.status_code == 422
    assert "Hidden Person" not in answer.content.decode()
    draft.refresh_from_db()
    assert draft.lead is None


def test_who_is_named_stays_named_after_leaving_the_directory(writer: Writer, draft: Cluster, listed: Member) -> None:
    writer.save(4, **{"people-0-member": listed.key})
    Consent.objects.filter(member=listed).update(withdrawn_at=make.NOW)
    assert writer.save(4, size_limit="12").status_code == 302
    assert draft.participations.get().member == listed


def test_an_organisation_is_wanted_without_a_person(cast: Cast, writer: Writer, draft: Cluster) -> None:
    part = found(writer, "people", "cape")
    assert f"organisation:{cast.partner.pk}" in part
    page = writer.post(4, writer.typed(4), f"organisation:{cast.partner.pk}").content.decode()
    writer.post(4, fields_of(page))
    row = draft.participations.get()
    assert (row.member, row.organisation, row.status) == (None, cast.partner, ParticipationStatus.WANTED)


def test_a_new_organisation_is_offered_only_after_those_that_are_named_like_it(writer: Writer, cast: Cast) -> None:
    part = found(writer, "people", "Park of the Capes")
    assert part.index("Park of the Cape<") < part.index("Add as new")
    assert "Add as new" not in found(writer, "people", "PARK of  the cape")


def test_a_new_organisation_is_made_once_unverified_when_the_step_is_saved(
    writer: Writer, draft: Cluster, cast: Cast
) -> None:
    typed = writer.typed(4, find_people="Marsh Foundation", new_country="EL")
    page = writer.post(4, typed, "new-organisation").content.decode()
    assert "new, to be confirmed by an administrator" in page
    assert not Organisation.objects.filter(name="Marsh Foundation").exists()
    typed = fields_of(page)
    writer.post(4, typed, htmx=True, autosave="1")
    writer.post(4, typed, htmx=True, autosave="1")
    made = Organisation.objects.get(name="Marsh Foundation")
    assert (made.is_verified, made.country, made.search_text) == (False, "EL", "marsh foundation")
    assert draft.participations.get().organisation == made


def test_a_new_name_that_is_taken_in_another_case_means_the_one_that_is_there(
    writer: Writer, draft: Cluster, cast: Cast
) -> None:
    writer.save(4, **{"people-0-new_name": "PARK  of the\u00a0Cape"})
    assert draft.participations.get().organisation == cast.partner


def test_a_row_is_taken_off_again(writer: Writer, draft: Cluster, listed: Member, cast: Cast) -> None:
    writer.save(4, **{"people-0-member": listed.key, "people-1-organisation": str(cast.partner.pk)})
    kept = draft.participations.get(member=listed).pk
    page = writer.post(4, writer.typed(4), "row:people:remove:1").content.decode()
    writer.post(4, fields_of(page))
    assert [row.pk for row in draft.participations.all()] == [kept]


def test_who_would_join_by_themselves_is_left_alone(writer: Writer, draft: Cluster, listed: Member) -> None:
    own = Participation.objects.create(cluster=draft, member=listed, status=ParticipationStatus.INTERESTED)
    assert "Ferrer" not in writer.page(4)
    writer.save(4, **{"people-0-member": listed.key})
    assert [row.pk for row in draft.participations.all()] == [own.pk]


def test_the_lead_is_not_named_a_second_time(writer: Writer, draft: Cluster, listed: Member) -> None:
    writer.save(4, lead=listed.key, **{"people-0-member": listed.key})
    draft.refresh_from_db()
    assert draft.lead == listed
    assert draft.participations.count() == 0


def test_i_lead_it_myself(cast: Cast, writer: Writer, draft: Cluster) -> None:
    own = cast.member("proposer")
    page = writer.post(4, writer.typed(4), f"lead:{own.key}").content.decode()
    assert "You accept by proposing." in page
    writer.post(4, fields_of(page))
    draft.refresh_from_db()
    assert (draft.lead, draft.lead_organisation) == (own, cast.organisation)
    assert draft.lead_accepted_at is None


def test_naming_a_lead_in_a_draft_mails_nobody(writer: Writer, draft: Cluster, listed: Member) -> None:
    writer.save(4, lead=listed.key)
    draft.refresh_from_db()
    assert draft.lead == listed
    assert not Message.objects.exists()


def test_it_is_said_at_once_whether_the_lead_may_lead_and_why_not(writer: Writer, listed: Member, cast: Cast) -> None:
    page = writer.post(4, writer.typed(4), f"lead:{listed.key}").content.decode()
    assert "May not lead" in page
    assert "Park of the Cape is neither lead partner nor project partner" in page
    make.make_affiliation(listed, cast.organisation)
    typed = {**fields_of(page), "lead_organisation": [str(cast.organisation.pk)]}
    part = writer.post(4, typed, "check:lead", htmx=True).content.decode()
    assert "May lead" in part
    assert "<form" not in part


def test_a_partnership_that_ended_long_ago_is_named(writer: Writer, listed: Member, cast: Cast) -> None:
    project = make.make_project("OLD", starts_on=date(2019, 1, 1), ends_on=date(2020, 6, 30))
    make.make_partnership(cast.partner, project)
    page = writer.post(4, writer.typed(4), f"lead:{listed.key}").content.decode()
    assert "ended on 30 June 2020, too long ago" in page


def test_group_policy_and_limit_are_stored(writer: Writer, draft: Cluster, cast: Cast) -> None:
    writer.save(
        4,
        working_group=str(cast.group.pk),
        further_working_groups=[str(cast.group.pk), str(cast.other_group.pk)],
        join_policy="invitation",
        size_limit="12",
    )
    draft.refresh_from_db()
    assert (draft.working_group, draft.join_policy, draft.size_limit) == (cast.group, "invitation", 12)
    assert [*draft.further_working_groups.all()] == [cast.other_group]


def test_the_action_itself_keeps_the_deciding_group_out_of_the_further_ones(draft: Cluster, cast: Cast) -> None:
    wanted: dict[str, Any] = {
        "working_group": cast.group,
        "further_working_groups": [cast.group, cast.other_group],
    }
    save_step(cluster=draft, values=wanted, by=cast.accounts["proposer"], seen=digest(stored(draft, wanted)))
    assert [*draft.further_working_groups.all()] == [cast.other_group]
    assert draft.state == State.DRAFT


def test_a_group_that_is_closed_is_offered_only_where_it_is_chosen(writer: Writer, draft: Cluster, cast: Cast) -> None:
    closed = make.make_working_group("WG9", "Closed", is_active=False)
    assert "WG9" not in writer.page(4)
    Cluster.objects.filter(pk=draft.pk).update(working_group=closed)
    assert "WG9" in writer.page(4)
