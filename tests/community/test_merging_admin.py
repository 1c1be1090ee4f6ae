"""Merging in the admin: what moves is shown first, to administrators alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.models import Cluster, DraftShare
from community.actions.merge_moves import Moved
from community.actions.merging import preview_merge
from community.choices import ConsentPurpose
from community.models import Member, User
from tests import factories as make
from tests.factories import TODAY

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


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
