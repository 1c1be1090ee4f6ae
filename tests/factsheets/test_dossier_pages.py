"""Who may have the dossier: the button, the page and the file."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from tests.cast import ROLES, Cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_dossiers import make_told_cluster, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_told_cluster(cast)


MAY = {"lead", "deputy_lead", "coordinator", "coordinator_proposer", "mission_coordinator", "admin"}


@pytest.mark.parametrize("role", ROLES)
def test_the_button_the_page_and_the_file_agree_about_every_role(role: str, client: Client, cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    if cast.user(role):
        client.force_login(cast.user(role))
    page, file = client.get(f"/clusters/{cluster.name}/dossier/"), client.get(f"/clusters/{cluster.name}/dossier.zip")
    expected = 200 if role in MAY else 302 if role in ("visitor", "deactivated") else 403
    assert (page.status_code, file.status_code) == (expected, expected)
    file.close()
    shown = f"/clusters/{cluster.name}/dossier/" in client.get(f"/clusters/{cluster.name}/").content.decode()
    assert shown is (role in MAY)
    if expected == 403:
        assert "take the dossier of a cluster" in page.content.decode()
    all_names = client.get(f"/clusters/{cluster.name}/dossier.zip?names=all")
    all_names.close()
    assert all_names.status_code == (200 if role == "admin" else 403 if role in MAY else expected)


def test_the_file_is_an_attachment_that_nobody_keeps(client: Client, cluster: Cluster, cast: Cast) -> None:
    client.force_login(cast.user("coordinator"))
    answer = client.get(f"/clusters/{cluster.name}/dossier.zip")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    answer.close()
    assert answer["Content-Type"] == "application/zip"
    day = timezone.localdate().isoformat()
    assert answer["Content-Disposition"] == f'attachment; filename="{cluster.name}_dossier_{day}.zip"'
    assert answer["Cache-Control"] == "private, no-store"
    assert "README.txt" in opened(content)


def test_a_draft_has_no_dossier(client: Client, cast: Cast) -> None:
    draft = make_cluster(cast, State.DRAFT)
    client.force_login(cast.user("lead"))
    answer = client.get(f"/clusters/{draft.name}/dossier/")
    assert answer.status_code == 403
    assert "A draft has no dossier" in answer.content.decode()
    with pytest.raises(CommandError, match="A draft has no dossier"):
        call_command("export_dossier", draft.name)
    with pytest.raises(CommandError, match="There is no cluster M4N-CL-1999-01"):
        call_command("export_dossier", "M4N-CL-1999-01")
