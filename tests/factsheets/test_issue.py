"""Issuing freezes a version: once per event, whole, and never changed again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from hashlib import sha256

import pikepdf
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community import contributions, events, jobs
from community.choices import JobState, RedactionReason
from community.models import Job, Redaction
from factsheets import pdf as pdf_module
from factsheets import storage
from factsheets.actions.issue import draw_first
from factsheets.actions.missing import add_missing_pdfs, issue_missing, keep_up
from factsheets.actions.revise import withdraw_edition
from factsheets.choices import Face, PdfProblem, RevisionReason
from factsheets.exports import canonical
from factsheets.models import Edition, Issue
from factsheets.pdf import Press
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.factsheets.making_issues import edition_of, issue, record
from tests.factsheets.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


@pytest.fixture
def too_slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which no document is ready in time."""
    press = Press(pdf_module.Limits(wall_seconds=0.01))
    monkeypatch.setattr(pdf_module, "_press", press)
    yield
    press.stop()


@pytest.fixture
def no_pango(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without Pango: the child finds a WeasyPrint that cannot load it."""
    folder = tmp_path_factory.mktemp("code")
    (folder / "weasyprint.py").write_text("raise OSError('cannot load library libpango')")
    monkeypatch.setattr(pdf_module, "_press", Press(code=[folder]))


# -- What an issue is --------------------------------------------------------------------------------------------------


def test_the_first_issue_is_version_1_with_article_pdf_and_data(cluster: Cluster, cast: Cast) -> None:
    made = issue(cluster, by=cast.user("coordinator"), role="coordinator")
    edition = edition_of(made)
    assert (made.version, made.reference, made.title) == (1, cluster.reference, cluster.title)
    assert (edition.language, edition.revision, edition.state, edition.why) == ("en", 1, "current", "first")
    for name, digest, size in (
        (edition.article_file, edition.article_sha256, edition.article_size),
        (edition.pdf_file, edition.pdf_sha256, edition.pdf_size),
        (edition.data_file, edition.data_sha256, edition.data_size),
    ):
        content = storage.read(name)
        assert (sha256(content).hexdigest(), len(content)) == (digest, size)
    assert made.snapshot_sha256 == sha256(canonical(made.snapshot)).hexdigest()
    assert edition.pages in (1, 2)


def test_the_pdf_holds_title_lead_stages_issuer_and_the_checksum_of_the_data_in_it(
    cluster: Cluster, cast: Cast
) -> None:
    made = issue(cluster, by=cast.user("coordinator"), role="coordinator")
    edition = edition_of(made)
    content = storage.read(edition.pdf_file)
    text = text_of(content)
    assert cluster.title in text
    assert "Region of the Gulf" in text
    assert "Kick-off" in text
    assert "Issued on 12 May 2026 by the coordinator of WG1" in text
    assert (edition.data_sha256 in text, edition.table_sha256 in text) == (True, True)
    assert f"/factsheets/{cluster.reference}/v1/en/" in text
    with pikepdf.open(io.BytesIO(content)) as file:
        stem = f"{cluster.reference}_v1_2026-05-12_en"
        assert {name: sha256(one.get_file().read_bytes()).hexdigest() for name, one in file.attachments.items()} == {
            f"{stem}.csv": edition.table_sha256,
            f"{stem}.json": edition.data_sha256,
        }


def test_the_next_issue_names_the_one_that_it_replaces(cluster: Cluster) -> None:
    issue(cluster)
    second = issue(cluster, face=Face.BACKWARD)
    assert second.version == 2
    assert "replaces version 1 of 12 May 2026" in text_of(storage.read(edition_of(second).pdf_file))


def test_the_head_of_the_history_is_printed(cluster: Cluster) -> None:
    event = record(cluster)
    made = issue(cluster, event=event)
    assert (made.history_chain, made.history_number, made.history_hash) == (event.chain, event.number, event.hash)
    assert event.hash in text_of(storage.read(edition_of(made).pdf_file))


def test_an_event_leads_to_one_issue_however_often_it_is_asked_for(cluster: Cluster) -> None:
    event = record(cluster)
    first = issue(cluster, event=event)
    assert issue(cluster, event=event) == first
    assert (Issue.objects.count(), Edition.objects.count()) == (1, 1)


def test_a_draft_is_refused(cast: Cast) -> None:
    with pytest.raises(Exception, match="never proposed"):
        issue(make_cluster(cast, State.DRAFT))
    assert Issue.objects.count() == 0


def test_a_version_says_what_stood_at_its_verb_whatever_happens_before_it_is_drawn(cluster: Cluster) -> None:
    title, event = cluster.title, record(cluster)
    Cluster.objects.filter(pk=cluster.pk).update(title="Another title", version=9)
    record(cluster, "conclude")
    second, first = Job.objects.order_by("-pk")
    assert jobs.run(second.pk)
    assert jobs.run(first.pk)
    one, two = Issue.objects.order_by("version")
    assert (one.version, one.event, one.title, one.issued_at) == (1, event, title, event.at)
    assert (two.version, two.face, two.title) == (2, "backward", "Another title")
    text = text_of(storage.read(edition_of(one).pdf_file))
    assert title in text
    assert "Another title" not in text
    assert "replaces version 1" in text_of(storage.read(edition_of(two).pdf_file))


def test_before_it_is_drawn_its_address_says_that_it_is_coming(cluster: Cluster, client: Client) -> None:
    record(cluster)
    for address in ("factsheets:current", "factsheets:current_pdf"):
        answer = client.get(reverse(address, args=[cluster.reference]))
        assert answer.status_code == 404
        assert "is being drawn" in answer.content.decode()
    assert jobs.run(Job.objects.get().pk)
    assert client.get(reverse("factsheets:current_pdf", args=[cluster.reference])).status_code == 200


def test_printed_heads_are_anchors_of_the_history(cluster: Cluster) -> None:
    event = record(cluster)
    (anchor,) = contributions.chain_anchors.get("factsheets")()
    assert (anchor.chain, anchor.number, anchor.hash) == (event.chain, event.number, event.hash)
    assert cluster.reference in str(anchor.source)


# -- When the PDF cannot be made ---------------------------------------------------------------------------------------


def test_without_pango_the_document_is_issued_as_page_and_data_and_says_why(cluster: Cluster, no_pango: None) -> None:
    edition = edition_of(issue(cluster))
    assert (edition.pdf_file, edition.pdf_problem) == ("", PdfProblem.LIBRARY)
    assert cluster.title in storage.read(edition.article_file).decode()
    assert json.loads(storage.read(edition.data_file))["cluster"]["title"] == cluster.title


def test_a_passing_failure_draws_nothing_so_that_the_job_tries_again(cluster: Cluster, too_slow: None) -> None:
    with pytest.raises(pdf_module.PdfUnavailable):
        issue(cluster)
    taken = Issue.objects.get()
    assert Edition.objects.count() == 0
    edition = draw_first(issue=taken, accepts_missing_pdf=True)
    assert (edition.issue, edition.pdf_problem) == (taken, PdfProblem.FAILED)


def test_a_missing_pdf_is_added_as_the_next_revision(
    cluster: Cluster, no_pango: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = edition_of(issue(cluster))
    (line, problem), *rest = add_missing_pdfs(at=NOW)
    assert (line, rest) == (str(first), [])
    assert problem is not None
    monkeypatch.undo()
    assert list(add_missing_pdfs(at=NOW)) == [(str(first), None)]
    second = edition_of(first.issue)
    assert (second.revision, second.why, second.pdf_problem) == (2, RevisionReason.PDF_ADDED, "")
    assert storage.is_whole(second.pdf_file)
    assert list(add_missing_pdfs(at=NOW)) == []


# -- Jobs --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("verb", "face"),
    [("approve", "forward"), ("conclude", "backward"), ("discontinue", "backward"), ("correct", "backward")],
)
def test_a_verb_that_issues_takes_the_version_and_writes_one_job(cluster: Cluster, verb: str, face: str) -> None:
    event = record(cluster, verb)
    issue, job = Issue.objects.get(), Job.objects.get(task="factsheets.issue")
    assert (issue.event, issue.face, issue.version, issue.reason) == (event, face, 1, verb)
    assert (job.key, job.arguments) == (f"factsheets.issue:{issue.pk}", {"issue": issue.pk})


@pytest.mark.parametrize("verb", ["submit", "start", "pause", "stage.done", "decline"])
def test_other_verbs_write_none(cluster: Cluster, verb: str) -> None:
    record(cluster, verb)
    assert not Job.objects.exists()
    assert not Issue.objects.exists()


def test_a_rolled_back_verb_leaves_neither_version_nor_job(cluster: Cluster) -> None:
    with transaction.atomic():
        events.record(verb="approve", subject=cluster, by=None)
        assert Job.objects.exists()
        assert Issue.objects.exists()
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not Issue.objects.exists()


def test_the_job_issues_once_also_when_it_runs_a_second_time(cast: Cast, cluster: Cluster) -> None:
    record(cluster)
    job = Job.objects.get()
    assert jobs.run(job.pk)
    Job.objects.update(state=JobState.QUEUED)  # as after a worker that died before it could note its success
    assert jobs.run(job.pk)
    assert Issue.objects.count() == 1
    assert Issue.objects.get().reason == "approve"


def test_a_job_that_fails_for_good_issues_without_the_pdf(cluster: Cluster, too_slow: None) -> None:
    record(cluster)
    job = Job.objects.get()
    outcomes = []
    for _try in range(3):
        Job.objects.update(due_at=timezone.now())
        outcomes.append(jobs.run(job.pk))
    assert outcomes == [False, False, True]
    assert edition_of(Issue.objects.get()).pdf_problem == PdfProblem.FAILED


def test_missing_documents_are_caught_up_with_once(cast: Cast) -> None:
    running, ended = make_cluster(cast, State.RUNNING), make_cluster(cast, State.CONCLUDED)
    make_cluster(cast, State.SUBMITTED)
    assert [line for line, _problem in issue_missing(at=NOW)] == [f"{running.reference}, 1", f"{ended.reference}, 1"]
    assert list(issue_missing(at=NOW)) == []
    assert Issue.objects.for_reference(ended.reference or "").get().face == Face.BACKWARD


def test_a_version_whose_job_failed_for_good_is_drawn_when_what_is_missing_is_made(cluster: Cluster) -> None:
    record(cluster)
    Job.objects.update(state=JobState.FAILED)
    assert keep_up(NOW) == 1
    assert edition_of(Issue.objects.get()).is_current
    assert keep_up(NOW) == 0


# -- The database ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE factsheets_issue SET reason = 'x'",
        "UPDATE factsheets_issue SET snapshot = '{}'",
        "DELETE FROM factsheets_issue",
        "UPDATE factsheets_edition SET pdf_sha256 = 'x'",
        "UPDATE factsheets_edition SET pages = 9",
        "UPDATE factsheets_edition SET state = 'withdrawn'",
        "UPDATE factsheets_edition SET state = 'withdrawn', article_file = '', pdf_file = '', data_file = ''",
        "DELETE FROM factsheets_edition",
    ],
)
def test_the_database_refuses_to_change_or_delete_what_was_issued(
    cluster: Cluster, statement: str, without_pdf: None
) -> None:
    issue(cluster, accepts_missing_pdf=True)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert edition_of(Issue.objects.get()).is_current


def test_an_edition_is_not_emptied_with_the_redaction_of_another_one(cluster: Cluster, without_pdf: None) -> None:
    one, two = (edition_of(issue(cluster, accepts_missing_pdf=True)) for _number in range(2))
    row = Redaction.objects.create(target="edition", target_id=two.pk, reason=RedactionReason.CONSENT)
    emptied = {"state": "withdrawn", "article_file": "", "pdf_file": "", "data_file": "", "redaction": row}
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.filter(pk=one.pk).update(**emptied)
    for name in ("data_sha256", "table_sha256"):
        with pytest.raises(DatabaseError), transaction.atomic():
            Edition.objects.filter(pk=two.pk).update(**{**emptied, name: ""})
    Edition.objects.filter(pk=two.pk).update(**emptied)  # the control: with its own row and nothing else changed


def test_withdrawing_twice_is_one_row_of_the_ledger(cluster: Cluster, without_pdf: None) -> None:
    edition = edition_of(issue(cluster, accepts_missing_pdf=True))
    first = withdraw_edition(edition=edition, reason=RedactionReason.ERASURE, by=None, at=NOW, erasure="e1")
    assert withdraw_edition(edition=edition, reason=RedactionReason.ERASURE, by=None, at=NOW, erasure="e1") == first
    assert Redaction.objects.count() == 1


def test_a_version_or_revision_exists_once(cluster: Cluster, without_pdf: None) -> None:
    made = issue(cluster, accepts_missing_pdf=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Issue.objects.bulk_create([Issue(**{**values(made), "event": None})])
    with pytest.raises(DatabaseError), transaction.atomic():
        Edition.objects.bulk_create([Edition(**values(edition_of(made)))])


def values(row: Issue | Edition) -> dict[str, object]:
    return {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.primary_key}
