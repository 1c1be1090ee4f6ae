"""Files on a stage or an outcome: kept with their rights, fetched by whoever may, inert, on the factsheet if public."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.test import Client

from clusters.actions.evidence import MAX_FILES, add_evidence
from clusters.actions.outcome import add_outcome
from clusters.choices import State
from clusters.models import Cluster
from clusters.summary import snapshot
from community.choices import FileVisibility
from community.models import Event, File
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_file

pytestmark = [pytest.mark.django_db]
DATA = b"31 wells"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def form(**values: Any) -> dict[str, Any]:
    return {
        "content": SimpleUploadedFile("Πρακτικά.exe", DATA),
        "title": "Table of readings",
        "rights_holder": "Region of the Gulf",
        "licence": "CC BY 4.0",
        "is_free_for_eu_use": "on",
        "visibility": "public",
        **values,
    }


def test_a_participant_adds_a_file_once_and_everybody_fetches_it_inert(cast: Cast, cluster: Cluster) -> None:
    client, stage = signed_in(cast, "participant"), cluster.stages.get()
    address = f"/clusters/{cluster.name}/roadmap/{stage.pk}/files/"
    assert [client.post(address, form()).status_code for _press in range(2)] == [302, 302]
    file = File.objects.get()
    assert (file.sha256, list(stage.evidence.all())) == (sha256(DATA).hexdigest(), [file])
    event = Event.objects.get(verb="evidence.added")
    assert (event.data, event.detail.body) == ({"file": file.pk, "sha256": file.sha256}, {"title": stage.title})
    answer = Client().get(f"/clusters/{cluster.name}/files/{file.pk}/")
    assert answer.content == DATA
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%CE%A0")
    assert answer["Content-Disposition"].endswith(".exe.txt")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("text/plain", "nosniff")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "sandbox" in answer["Content-Security-Policy"]
    page = Client().get(f"/clusters/{cluster.name}/roadmap/").content.decode()
    assert "Table of readings" in page
    assert "Region of the Gulf, CC BY 4.0" in page


def test_what_is_not_public_shows_its_title_to_nobody_else(cast: Cast, cluster: Cluster) -> None:
    make_file(cast, cluster, FileVisibility.COP)
    make_file(cast, cluster, FileVisibility.RESTRICTED)
    pages = [
        client.get(f"/clusters/{cluster.name}/{page}/").content.decode()
        for client in (Client(), signed_in(cast, "other_external"), signed_in(cast, "member"))
        for page in ("roadmap", "history")
    ]
    assert ["Readings, cop" in page for page in pages] == [False, False, False, False, True, False]
    assert not any("Readings, restricted" in page for page in pages)
    assert snapshot(cluster, at=NOW)["stages"][0]["evidence"] == []


def test_a_public_file_stands_on_the_factsheet_until_it_is_removed(cast: Cast, cluster: Cluster) -> None:
    file, lead = make_file(cast, cluster), signed_in(cast, "lead")
    taken = snapshot(cluster, at=NOW)
    assert taken["stages"][0]["evidence"] == [
        {"title": "Readings, public", "licence": "CC BY 4.0", "sha256": sha256(DATA).hexdigest()}
    ]
    drawn = render_to_string("factsheets/factsheet/_roadmap.html", {"s": taken})
    assert "File: Readings, public (CC BY 4.0)" in drawn
    assert lead.post(f"/clusters/{cluster.name}/files/{file.pk}/remove/").status_code == 302
    assert Client().get(f"/clusters/{cluster.name}/files/{file.pk}/").status_code == 404
    assert snapshot(cluster, at=NOW)["stages"][0]["evidence"] == []
    assert Event.objects.filter(verb="evidence.removed").count() == 1


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"content": ""}, "Choose a file."),
        ({"content": SimpleUploadedFile("a.pdf", b"<script>")}, "no file of an allowed type"),
        ({"rights_holder": " "}, "Name who holds the rights to the file."),
        ({"licence": ""}, "Name the licence"),
        ({"is_free_for_eu_use": ""}, "The programme asks for this"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_kept(
    cast: Cast, cluster: Cluster, wrong: dict[str, Any], sentence: str
) -> None:
    address = f"/clusters/{cluster.name}/roadmap/{cluster.stages.get().pk}/files/"
    answer = signed_in(cast, "lead").post(address, form(**wrong))
    assert (answer.status_code, sentence in answer.content.decode()) == (422, True)
    assert File.objects.count() == 0


def test_names_make_a_file_restricted_and_a_stage_holds_only_so_many(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_FILES == 20
    monkeypatch.setattr("clusters.actions.evidence.MAX_FILES", 1)
    stage, by = cluster.stages.get(), cast.user("lead")
    assert by is not None
    values = {"title": "People", "rights_holder": "Gulf", "licence": "none", "is_free_for_eu_use": True}
    file = add_evidence(
        stage=stage, by=by, content=SimpleUploadedFile("a.txt", DATA), visibility="public", holds_names=True, **values
    )
    assert file.visibility == FileVisibility.RESTRICTED
    with pytest.raises(Refusal, match="at most 1 files"):
        add_evidence(stage=stage, by=by, content=SimpleUploadedFile("b.txt", b"more"), **values)


def test_an_outcome_has_files_that_its_readers_fetch_and_that_are_removed_with_a_reason(
    cast: Cast, cluster: Cluster
) -> None:
    outcome = add_outcome(cluster=cluster, by=cast.user("lead"), kind="answer", title="An annex counts wetlands")
    lead, page = signed_in(cast, "lead"), f"/clusters/{cluster.name}/outcomes/"
    files = f"{page}{outcome.pk}/files/"
    assert [lead.post(files, form()).status_code for _press in range(2)] == [302, 302]
    lead.post(files, form(title="For the community", visibility="cop"))
    public, shared = outcome.evidence.order_by("pk")
    assert public.sha256 in lead.get(files).text
    readers = (Client(), signed_in(cast, "member"), lead)
    assert ["For the community" in reader.get(page).text for reader in readers] == [False, True, True]
    assert ["Table of readings" in reader.get(page).text for reader in readers] == [True, True, True]
    address = f"/clusters/{cluster.name}/files/{shared.pk}/"
    assert [reader.get(address).status_code for reader in readers] == [404, 200, 200]
    chain = f"/chain/outcome/{outcome.pk}/"
    assert ["2 files" in reader.get(chain).text for reader in readers] == [False, True, True]
    assert "1 file" in Client().get(chain).text
    assert "For the community" not in Client().get(f"/clusters/{cluster.name}/history/").text

    line = {"title": "Table of readings", "licence": "CC BY 4.0", "sha256": public.sha256}
    taken = snapshot(Cluster.objects.get(pk=cluster.pk), at=NOW)
    assert taken["outcomes"][-1]["files"] == [line]
    drawn = render_to_string("factsheets/factsheet/_outcomes.html", {"s": taken, "has_evidence": True})
    assert "File: Table of readings (CC BY 4.0)" in drawn
    remove = f"/clusters/{cluster.name}/files/{public.pk}/remove/"
    answer = lead.post(remove, {"reason": " "})
    assert (answer.status_code, "Say why." in answer.text) == (422, True)
    assert signed_in(cast, "participant").post(remove, {"reason": "No"}).status_code == 403
    assert [lead.post(remove, {"reason": "The wrong table"}).status_code for _press in range(2)] == [302, 404]
    assert list(outcome.evidence.present()) == [shared]
    assert "The wrong table" in Client().get(f"/clusters/{cluster.name}/history/").text
    verbs = Event.objects.about(outcome).order_by("number").values_list("verb", flat=True)
    assert list(verbs) == ["outcome.recorded", *["outcome.file_added"] * 2, "outcome.file_removed"]
