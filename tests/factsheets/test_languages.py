"""A version in several languages: one snapshot, frozen texts, one list of checksums, consent through all of them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clusters.models import Cluster, Translation
from clusters.translatable import texts_in
from community import jobs
from community.actions.consent import withdraw_consent
from community.choices import ConsentPurpose
from community.models import Event, Job
from community.permissions import Refusal
from factsheets import storage
from factsheets.actions.issue import compose_edition, draw_first
from factsheets.actions.language import issue_in_language, keep_languages
from factsheets.actions.missing import keep_up
from factsheets.choices import Face
from factsheets.imprint import Imprint
from factsheets.models import Edition, Issue, IssueTranslation
from factsheets.pdf_checks import languages, problems
from factsheets.rendering.factsheet import draw_factsheet
from factsheets.rendering.originals import in_language
from tests import factories as make
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_translations import GREEK, rename, taken, translate
from tests.factsheets.ordinary import ordinary_backward
from tests.factsheets.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shortly_after")]


def refused(press: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as caught:
        press()
    return str(caught.value.reason)


def pdf_of(edition: Edition) -> bytes:
    return storage.read(edition.pdf_file)


def test_a_version_is_issued_in_another_language_from_its_own_snapshot(cast: Cast, cluster: Cluster) -> None:
    translate(cluster, "el", but=("question",), title=GREEK)
    issue = taken(cluster)
    draw_first(issue=issue)
    rename(cluster, title="Renamed afterwards")
    assert "1 text of this version is not translated" in refused(
        lambda: issue_in_language(issue=issue, language="el", by=cast.user("lead"))
    )
    row = issue_in_language(issue=issue, language="el", by=cast.user("lead"), without=1)
    assert row.texts["title"] == GREEK
    assert issue_in_language(issue=issue, language="el", by=cast.user("lead")) == row
    event = Event.objects.get(verb="factsheet.translated")
    assert (event.role, event.data) == ("lead", {"version": 1, "language": "el"})
    job = Job.objects.get(task="factsheets.issue", arguments={"issue": issue.pk, "language": "el"})
    with transaction.atomic():
        Translation.objects.all().delete()
    assert jobs.run(job.pk)
    edition = Edition.objects.get(language="el")
    assert (edition.version, edition.revision, edition.issue) == (1, 1, issue)
    article = storage.read(edition.article_file).decode()
    assert f"<h1>{GREEK}</h1>" in article
    assert f'<p class="fs-question"><span lang="en">{cluster.question}</span> <small class="fs-untold">' in article
    data = json.loads(storage.read(edition.data_file))
    assert (data["issue"]["language"], data["cluster"]["language"], data["cluster"]["title"]) == ("el", "el", GREEK)
    assert data["translation"]["from"] == "en"
    assert data["translation"]["not_translated"] == ["question"]
    assert data["translation"]["originals"]["title"] == cluster.title
    assert GREEK in text_of(pdf_of(edition))
    assert problems(pdf_of(edition)) == []
    assert languages(pdf_of(edition))[0] == "el"
    assert "en" in languages(pdf_of(edition))[1:]


def test_the_own_edition_says_nothing_of_translations(cluster: Cluster) -> None:
    edition = draw_first(issue=taken(cluster))
    assert "fs-translated" not in storage.read(edition.article_file).decode()
    assert "translation" not in json.loads(storage.read(edition.data_file))


def test_a_translation_of_another_text_is_never_mixed_in(cast: Cast, cluster: Cluster) -> None:
    translate(cluster, "fr")
    rename(cluster, question="A question that nobody translated?")
    issue = taken(cluster)
    issue_in_language(issue=issue, language="fr", by=cast.user("coordinator"), without=1)
    edition = draw_first(issue=issue, language="fr")
    article = storage.read(edition.article_file).decode()
    assert '<span lang="en">A question that nobody translated?</span>' in article
    assert f"[fr] {cluster.question}" not in article


def test_who_may_issue_it_and_what_is_refused_in_words(cast: Cast, cluster: Cluster) -> None:
    issue = taken(cluster)
    translate(cluster, "it", but=("title",))

    def press(role: str, language: str) -> str:
        return refused(lambda: issue_in_language(issue=issue, language=language, by=cast.user(role)))

    assert "Lead, deputy and the coordinators" in press("participant", "it")
    assert "Translate at least the title" in press("lead", "it")
    assert "not issued in that language" in press("lead", "en")
    assert "not issued in that language" in press("lead", "tlh")
    assert not IssueTranslation.objects.exists()


def test_the_frozen_texts_never_change(cast: Cast, cluster: Cluster) -> None:
    translate(cluster, "el")
    row = issue_in_language(issue=taken(cluster), language="el", by=cast.user("lead"))
    for change in (lambda: IssueTranslation.objects.update(texts={}), lambda: row.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_new_versions_keep_the_languages_whose_title_is_translated(cast: Cast, cluster: Cluster) -> None:
    translate(cluster, "el")
    translate(cluster, "fr")
    first = taken(cluster)
    for language in ("el", "fr"):
        issue_in_language(issue=first, language=language, by=cast.user("lead"))
    Translation.objects.filter(language="fr", field="title").update(source="Something else")
    second = taken(cluster, NOW + timedelta(minutes=1))
    assert [row.language for row in keep_languages(issue=second, by=None, at=NOW)] == ["el"]
    assert keep_languages(issue=second, by=None, at=NOW) == []
    Translation.objects.filter(language="fr", field="title").update(source=cluster.title)
    third = taken(cluster, NOW + timedelta(minutes=2))
    assert [row.language for row in keep_languages(issue=third, by=None, at=NOW)] == ["el", "fr"]
    assert keep_up(NOW + timedelta(hours=1)) == 8
    assert Edition.objects.count() == 8
    assert keep_up(NOW + timedelta(hours=1)) == 0


def test_a_translation_that_is_drawn_first_does_not_hide_that_the_original_is_missing(
    cast: Cast, cluster: Cluster
) -> None:
    translate(cluster, "el")
    issue = taken(cluster)
    issue_in_language(issue=issue, language="el", by=cast.user("lead"))
    draw_first(issue=issue, language="el")
    assert list(Issue.objects.undrawn()) == list(Issue.objects.incomplete()) == [issue]
    assert not Issue.objects.drawn().exists()
    assert keep_up(NOW + timedelta(hours=1)) == 1
    assert (Issue.objects.undrawn().count(), Issue.objects.drawn().get()) == (0, issue)
    assert Edition.objects.originals().get().language == "en"


def test_one_list_of_checksums_over_all_languages(cast: Cast, cluster: Cluster, tmp_path: Path) -> None:
    client, issue = Client(), taken(cluster)
    draw_first(issue=issue)
    for language in ("el", "fr"):
        translate(cluster, language, but=("question",))
        issue_in_language(issue=issue, language=language, by=cast.user("lead"), without=1)
        draw_first(issue=issue, language=language)
    base = f"/factsheets/{cluster.reference}/v1/"
    sums = client.get(f"{base}SHA256SUMS").content
    (tmp_path / "SHA256SUMS").write_bytes(sums)
    for edition in Edition.objects.all():
        for ending in ("pdf", "json"):
            answer = client.get(f"{base}{edition.language}.{ending}")
            (tmp_path / f"{edition.file_stem}.{ending}").write_bytes(answer.content)
            digest = edition.pdf_sha256 if ending == "pdf" else edition.data_sha256
            found = client.get("/factsheets/verify/", {"sha256": digest}).text
            name = {"en": "English", "el": "Greek", "fr": "French"}[edition.language]
            title = cluster.title if edition.language == "en" else f"[{edition.language}] {cluster.title}"
            assert f'in {name}: <span lang="{edition.language}">{title}</span>' in found
            assert "It is the newest edition" in found
    checked = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout.count(": OK")) == (0, 6), checked.stderr


def test_withdrawn_consent_goes_through_every_version_and_language(
    cast: Cast, cluster: Cluster, django_capture_on_commit_callbacks: Any
) -> None:
    """After it no stored file and no column of the documents holds the name; each language has its next revision."""
    lead = cluster.lead
    assert lead is not None
    before = {name for folder in stored() for name in folder}  # of other tests, which share the storage
    make.make_consent(lead, ConsentPurpose.NAMED)
    translate(cluster, "el", but=("question",))
    for minute in range(2):
        issue = taken(cluster, NOW + timedelta(minutes=minute))
        draw_first(issue=issue)
        issue_in_language(issue=issue, language="el", by=cast.user("lead"), without=1)
        draw_first(issue=issue, language="el")
    assert Edition.objects.naming(lead).count() == 4
    assert len(set(holding(lead.name)) - before) >= 8
    with django_capture_on_commit_callbacks(execute=True):
        withdraw_consent(member=lead, purpose=ConsentPurpose.NAMED, by=lead.user)
    for _round in range(2):
        for job in Job.objects.open().filter(task__in=["factsheets.withdraw", "factsheets.revise"]):
            with django_capture_on_commit_callbacks(execute=True):
                jobs.run(job.pk)
    assert set(holding(lead.name)) - before == set()
    standing = Edition.objects.newest_revisions().current().values_list("version", "language", "revision")
    assert sorted(standing) == [(1, "el", 2), (1, "en", 2), (2, "el", 2), (2, "en", 2)]
    for edition in Edition.objects.current():
        assert lead.name not in text_of(pdf_of(edition))
    for model in apps.get_app_config("factsheets").get_models():
        assert [row for row in model._default_manager.values() if lead.name in str(row)] == []


def holding(name: str) -> list[str]:
    """Return the stored files of documents that hold a name as text, PDFs among them."""
    found = []
    for row in Edition.objects.all():
        for file in row.files:
            content = storage.read(file)
            text = text_of(content) if file.endswith(".pdf") else content.decode()
            found += [file] if name in text else []
    on_disk = [name for folder in stored() for name in folder]
    assert set(on_disk) >= {file for row in Edition.objects.all() for file in row.files}
    loose = [file for file in on_disk if file.endswith((".html", ".json")) and name in storage.read(file).decode()]
    return sorted({*found, *loose})


def stored(folder: str = "") -> Iterator[list[str]]:
    """Yield the names of all stored files, by folder."""
    folders, files = default_storage.listdir(folder or ".")
    yield [f"{folder}/{file}".lstrip("/") for file in files]
    for one in folders:
        yield from stored(f"{folder}/{one}".lstrip("/"))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_translated_each_text_stands_once_in_its_language(data: st.DataObject) -> None:
    """What is translated stands translated, the rest in its own language and marked, for any choice of texts."""
    snapshot = ordinary_backward()
    paths = [text.path for text in texts_in(snapshot)]
    chosen = data.draw(st.sets(st.sampled_from(paths)))
    texts = {path: f"«{path}»" for path in chosen | {"title"}}
    imprint = Imprint(face=Face.FORWARD, language="el", address="https://registry.example/x", version=1, issued_at=NOW)
    content, shown, imprint = in_language(snapshot, imprint, texts)
    assert {text.path: text.text for text in texts_in(content)} == {
        text.path: texts.get(text.path, text.text) for text in texts_in(snapshot)
    }
    assert json.dumps(content) == json.dumps(shown)
    assert imprint.translated is not None
    assert set(imprint.translated.untold) == set(paths) - texts.keys()
    article = str(draw_factsheet(shown, imprint).article)
    if "question" in texts:
        assert "«question»" in article
    else:
        assert f'<span lang="{snapshot["language"]}">' in article
    assert article.count('class="fs-untold"') <= len(imprint.translated.untold)


def test_a_job_for_a_language_finds_its_work_done(cast: Cast, cluster: Cluster) -> None:
    translate(cluster, "sl")
    issue = taken(cluster)
    issue_in_language(issue=issue, language="sl", by=cast.user("lead"))
    first = draw_first(issue=issue, language="sl")
    assert draw_first(issue=issue, language="sl") == first
    composed, _members = compose_edition(issue, language="sl", revision=1, at=first.made_at)
    assert composed.data == storage.read(first.data_file)
    with pytest.raises(IssueTranslation.DoesNotExist):
        draw_first(issue=issue, language="pt")
