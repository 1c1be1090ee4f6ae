"""Liaisons of working groups and clusters: entered, changed, ended by those who keep them, and never deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from clusters.choices import State
from community.actions.liaison import change_liaison, end_liaison, keep_liaison
from community.choices import ConsentPurpose
from community.liaison_contributed import RECORDS
from community.models import Event, Liaison
from community.permissions import Refusal
from community.verification import verify_history
from tests import factories as make
from tests.cast import make_cast, make_cluster
from tests.factories import NOW, TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def words(**more: Any) -> dict[str, Any]:
    """Return what the form of a liaison gives."""
    given = {"network": "Forum of harbours", "organisation": None, "what_for": "Asks its members", "kept_by": None}
    return {**given, "from_on": TODAY, **more}


def test_a_group_and_a_cluster_keep_their_liaisons_and_both_pages_show_them() -> None:
    cast = make_cast()
    cluster = make_cluster(cast, State.RUNNING)
    shown = make.make_member("Shown Keeper", consents=(ConsentPurpose.PUBLIC,))
    keepers = {"coordinator": (cast.group, shown), "lead": (cluster, cast.member("lead"))}
    for role, (subject, person) in keepers.items():
        row = keep_liaison(subject=subject, by=cast.user(role), values=words(kept_by=person))
        assert keep_liaison(subject=subject, by=cast.user(role), values=words(kept_by=person)) == row
        with pytest.raises(Refusal):
            keep_liaison(subject=subject, by=cast.user("member"), values=words(network="Other"))
    pages = [
        reverse("community:working_group", args=[cast.group.code]),
        reverse("clusters:people", args=[cluster.name]),
    ]
    texts = [Client().get(page).content.decode() for page in pages]
    assert ["Forum of harbours" in text for text in texts] == [True, True]
    assert ["kept by Shown Keeper" in texts[0], "kept by" in texts[1]] == [True, False]
    assert list(verify_history()) == []


def test_a_liaison_is_changed_and_ended_with_its_history_and_stays_to_be_read() -> None:
    cast = make_cast()
    by = cast.user("coordinator")
    row = keep_liaison(subject=cast.group, by=by, values=words(from_on=TODAY - timedelta(days=9)))
    later = words(what_for="Trains wardens", from_on=TODAY - timedelta(days=9))
    assert change_liaison(liaison=row, by=by, seen_version=1, values=later).version == 2
    with pytest.raises(Refusal):
        change_liaison(liaison=row, by=by, seen_version=1, values=words())
    with pytest.raises(Refusal):
        end_liaison(liaison=row, by=cast.user("other_coordinator"), until_on=TODAY)
    with pytest.raises(ValidationError):
        end_liaison(liaison=row, by=by, until_on=TODAY - timedelta(days=10))
    row = end_liaison(liaison=row, by=by, until_on=TODAY - timedelta(days=1))
    assert row.version == 3
    with pytest.raises(Refusal):
        change_liaison(liaison=row, by=by, seen_version=3, values=words())
    verbs = Event.objects.about(row).order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["keep_liaison", "change_liaison", "end_liaison"]
    page = Client().get(reverse("community:working_group", args=[cast.group.code])).content.decode()
    assert ["None at present." in page, "1 of before" in page, "Forum of harbours" in page] == [True] * 3


def test_the_pages_enter_change_and_end_a_liaison() -> None:
    cast = make_cast()
    client = Client()
    client.force_login(cast.user("lead"))
    pk = make_cluster(cast, State.RUNNING).pk
    given = {"network": "Forum", "what_for": "", "from_on": "1 May 2026", "kept_by": "", "organisation": ""}
    answer = client.post(reverse("community:liaison_create", args=["cluster", pk]), given)
    row = Liaison.objects.get()
    assert (answer.status_code, row.kind, row.subject_id) == (302, "cluster", pk)
    update = reverse("community:liaison_update", args=[row.pk])
    assert client.post(update, {**given, "what_for": "Trains", "seen_version": 1}).status_code == 302
    typed = {**given, "from_on": "2 May 2026", "kept_by": cast.member("lead").pk, "organisation": cast.organisation.pk}
    stale = client.post(update, {**typed, "network": "Forum of ports", "what_for": "Else", "seen_version": 1})
    assert stale.status_code == 409
    assert [(one.label, one.was, one.now) for one in stale.context["form"].clashes()] == [
        ("Network or institution", "Forum", "Forum of ports"),
        ("What for", "Trains", "Else"),
        ("Since", "1 May 2026", "2 May 2026"),
        ("Who keeps contact", "Nobody named", "Lead Person"),
        ("Organisation in the registry, if it is one", "None of them", cast.organisation.name),
    ]
    end = reverse("community:liaison_end", args=[row.pk])
    assert client.post(end, {"until_on": "30 April 2026"}).status_code == 422
    assert client.post(end, {"until_on": "12 May 2026"}).status_code == 302
    row.refresh_from_db()
    assert (row.what_for, row.until_on) == ("Trains", TODAY)


def test_the_form_names_who_kept_contact_before_only_as_they_agreed_to() -> None:
    cast, client = make_cast(), Client()
    client.force_login(cast.user("coordinator"))
    before = make.make_member("Nobody Named")
    row = Liaison.objects.create(network="Forum", working_group=cast.group, kept_by=before)
    page = client.get(reverse("community:liaison_update", args=[row.pk])).content.decode()
    shown = ["Nobody Named" in page, f'value="{before.pk}" selected' in page, "Coordinator Person" in page]
    assert shown == [False, True, True]
    make.make_consent(before)
    assert "Nobody Named" in client.get(reverse("community:liaison_update", args=[row.pk])).content.decode()


def test_who_keeps_contact_is_exported_and_erased() -> None:
    new = make.make_member()
    row = Liaison.objects.create(network="Forum", working_group=make.make_working_group(), kept_by=new)
    assert RECORDS.erase
    assert [RECORDS.export(one)["network"] for one in RECORDS.rows(new)] == ["Forum"]
    assert RECORDS.erase(new) == 1
    row.refresh_from_db()
    assert row.kept_by is None


def test_an_end_ahead_is_told_with_its_day_and_one_that_is_over_as_over() -> None:
    cast = make_cast()
    by, client = cast.user("coordinator"), Client()
    client.force_login(by)
    said = []
    for days in (30, 0, -1):
        row = keep_liaison(subject=cast.group, by=by, values=words(network=f"Forum {days}", from_on=None))
        day = {"until_on": (TODAY + timedelta(days=days)).isoformat()}
        page = client.post(reverse("community:liaison_end", args=[row.pk]), day, follow=True).content.decode()
        said.append(("The liaison ends with 11 June 2026" in page, "The liaison has ended." in page))
    assert said == [(True, False), (False, False), (False, True)]
