"""Who may import and export what: every table of the admin x every role x every address and method."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clusters.choices import State
from clusters.imports.cluster import ClusterImport
from clusters.models import Cluster
from community.admin.sheets import SheetAdmin
from community.imports.outgoing import take_out
from community.models import Event, Message
from tests.cast import ROLES, Cast, make_cast, make_cluster

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

#: Keepers of the lists, by their accounts; superuser alone grants nothing.
MAY = {"admin"}


def kept_files() -> list[str]:
    """Return the names of the files that previews keep."""
    return default_storage.listdir("imports")[1] if default_storage.exists("imports") else []


@pytest.fixture
def cast() -> Cast:
    """Everybody, with a draft and a public cluster; no file of a preview is there."""
    for name in kept_files():
        default_storage.delete(f"imports/{name}")
    cast = make_cast()
    make_cluster(cast, State.DRAFT, title="Secret draft")
    make_cluster(cast, State.RUNNING, title="Public cluster")
    return cast


def addresses() -> Iterator[tuple[str, str]]:
    """Yield kind and address of every import and export of the admin."""
    for model, page in admin.site._registry.items():
        if isinstance(page, SheetAdmin):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            for code, sheet in page.sheets().items():
                yield "import", reverse(f"{name}_import", args=[code])
                for form in ("csv", "xlsx") if sheet.is_taken_out else ():
                    yield "export", reverse(f"{name}_export", args=[code, form])


def test_the_tables_of_the_admin_are_these() -> None:
    found = sorted(address.split("/import/")[1].strip("/") for kind, address in addresses() if kind == "import")
    people = ["appointments", "keep", "members"]
    entries = ["organisations", "partnerships", "projects", "solutions", "working-groups"]
    assert found == sorted(["clusters", *people, *entries, "targets", "terms", "territories"])


@pytest.mark.parametrize("role", ROLES)
def test_only_administrators_import_and_export(cast: Cast, role: str) -> None:
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    before = (Cluster.objects.count(), Event.objects.count(), Message.objects.count())
    for kind, address in addresses():
        upload = io.BytesIO(b"name\nPlanted Person\n")
        upload.name = "people.csv"
        answers = [client.get(address)]
        if kind == "import" and role not in MAY:
            answers += [client.post(address, {"file": upload}), client.post(address, {"confirm": "Import"})]
        if role in MAY:
            assert answers[0].status_code == 200, address
            continue
        for answer in answers:
            assert answer.status_code in {302, 403, 404}, (role, address)
            assert "/import/" not in answer.headers.get("Location", "").split("?")[0]
    assert (Cluster.objects.count(), Event.objects.count(), Message.objects.count()) == before
    assert kept_files() == []


def test_rights_that_ended_between_preview_and_press_import_nothing(cast: Cast) -> None:
    client, user = Client(), cast.user("admin")
    client.force_login(user)
    page = reverse("admin:community_member_import", args=["members"])
    upload = io.BytesIO(b"name\nPlanted Person\n")
    upload.name = "people.csv"
    assert "1 would be added" in client.post(page, {"file": upload}).content.decode()
    user.is_staff = False
    user.save(update_fields=["is_staff"])
    assert client.post(page, {"confirm": "Import"}).status_code in {302, 403, 404}
    assert not user.member.__class__.objects.filter(name="Planted Person").exists()


def test_an_export_of_clusters_leaves_drafts_out(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.user("admin"))
    text = client.get(reverse("admin:clusters_cluster_export", args=["clusters", "csv"])).content.decode()
    assert ("Public cluster" in text, "Secret draft" in text) == (True, False)


def test_a_preview_leaves_nothing_once_it_is_confirmed_replaced_or_old(cast: Cast) -> None:
    client = Client()
    client.force_login(cast.user("admin"))
    page = reverse("admin:community_member_import", args=["members"])

    def preview(text: bytes) -> int:
        upload = io.BytesIO(text)
        upload.name = "people.csv"
        client.post(page, {"file": upload})
        return len(kept_files())

    assert [preview(b"name\nAnna One\n"), preview(b"name\nAnna Two\n"), preview(b"nombre\nX\n")] == [1, 1, 0]
    assert preview(b"name\nAnna Three\n") == 1
    client.post(page, {"confirm": "Import"})
    assert kept_files() == []
    second = client.post(page, {"confirm": "Import"}, follow=True).content.decode()
    assert "imported already" in second


def test_the_export_of_clusters_asks_the_database_as_often_for_few_as_for_many(cast: Cast) -> None:
    counts = []
    take_out(ClusterImport(cast.user("admin")), Cluster.objects.all(), "csv")  # who asks is looked up once
    for _round in range(2):
        for state in (State.SUBMITTED, State.RUNNING, State.CONCLUDED):
            make_cluster(cast, state)
        with CaptureQueriesContext(connection) as asked:
            take_out(ClusterImport(cast.user("admin")), Cluster.objects.all(), "csv")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 20
