"""An erased person's name in free text of issued documents: withdrawn, taken out, made anew; what stays is told."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from clusters.actions.evidence import add_evidence
from clusters.choices import State
from clusters.models import Baseline, BaselineStage, Cluster, Participation
from community.actions.erasure import ask_erasure, erase_due, erase_member
from community.choices import RedactionReason, RedactionTarget
from community.models import Job, Member, Redaction, User
from community.verification import verify_history
from factsheets import pdf as pdf_module
from factsheets.actions import revise as revise_module
from factsheets.actions.issue import draw_first, issue_factsheet
from factsheets.actions.revise import revise, withdraw_edition
from factsheets.choices import EditionState, Face, RevisionReason
from factsheets.models import Booklet, Edition, Issue, IssueTranslation
from factsheets.pdf import Press
from results.models import AdoptedLine, PolicyStatement, StatementVersion
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.community.traces import NAME, forms
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.wide]
QUESTION = f"What did {NAME} find?"


@pytest.fixture(autouse=True)
def _apart(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Keep the ledger apart, spare the time of PDFs, and leave no file: nothing is committed that would delete it."""
    settings.ERASURE_LEDGER = tmp_path / "erasures.ledger"
    press = Press(pdf_module.Limits(queue_seconds=0))
    press._lock.acquire()
    monkeypatch.setattr(pdf_module, "_press", press)
    yield
    shutil.rmtree(settings.STORAGE_DIR / "factsheets", ignore_errors=True)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def person(cast: Cast) -> Member:
    return make.make_member(NAME, organisation=cast.organisation, account={"email": "zoraida@canary.example"})


def issued(cast: Cast, question: str = QUESTION, reason: str = "approve") -> Issue:
    cluster = make_cluster(cast, State.RUNNING)
    Cluster.objects.filter(pk=cluster.pk).update(question=question)
    cluster = Cluster.objects.get(pk=cluster.pk)
    return issue_factsheet(cluster=cluster, face=Face.FORWARD, reason=reason, by=None, at=NOW, accepts_missing_pdf=True)


def translated(issue: Issue, texts: dict[str, str]) -> Edition:
    IssueTranslation.objects.create(issue=issue, language="it", texts=texts, taken_at=NOW)
    return draw_first(issue=issue, language="it", accepts_missing_pdf=True)


def redraw() -> None:
    """Do what the jobs do at their last try: without a PDF."""
    for job in Job.objects.filter(task="factsheets.revise").order_by("pk"):
        issue, asked = Issue.objects.get(pk=job.arguments["issue"]), job.arguments
        revise(issue=issue, language=asked["language"], why=asked["why"], at=NOW, accepts_missing_pdf=True)


def holds_name(value: object) -> bool:
    return any(form in str(value).casefold() for form in forms(NAME))


@pytest.mark.both
def test_a_name_in_a_question_leaves_the_issued_factsheet_in_every_language(
    cast: Cast, person: Member, client: Client
) -> None:
    issue, other = issued(cast, reason=f"As {NAME} asked"), issued(cast, "Who keeps the dunes?")
    translated(issue, {"question": "Che cosa?"})
    before = client.get(issue.address_in("en")).content.decode()
    assert holds_name(before), "the control: it was served"
    done = erase_member(member=person, by=cast.accounts["admin"])
    redraw()
    issue = Issue.objects.get(pk=issue.pk)
    editions = list(issue.editions.order_by("language", "revision").values_list("language", "revision", "state"))
    assert editions == [
        ("en", 1, EditionState.WITHDRAWN),
        ("en", 2, EditionState.CURRENT),
        ("it", 1, EditionState.WITHDRAWN),
        ("it", 2, EditionState.CURRENT),
    ]
    assert issue.snapshot["question"] == f"What did Former member {person.pk} find?"
    assert not holds_name(issue.reason)
    for file in ("", "data"):
        page = client.get(issue.address_in("en", file))
        text = b"".join(page.streaming_content) if page.streaming else page.content  # type: ignore[attr-defined]
        assert (page.status_code, holds_name(text.decode())) == (200, False)
    rows = Redaction.objects.filter(erasure=person.key)
    assert rows.filter(target=RedactionTarget.ISSUE, target_id=issue.pk, pk=issue.redaction_id).count() == 1
    assert rows.filter(target=RedactionTarget.EDITION).count() == 2
    assert (done.traces, [fault for fault in verify_history() if fault.is_fault]) == ((), [])
    assert other.editions.get().is_current


def test_a_name_in_a_translation_alone_withdraws_that_language(cast: Cast, person: Member) -> None:
    issue = issued(cast, "Who keeps the dunes?")
    edition = translated(issue, {"question": f"Che cosa ha trovato {NAME}?"})
    erase_member(member=person, by=None)
    redraw()
    assert not holds_name(IssueTranslation.objects.get(issue=issue).texts)
    assert Edition.objects.get(pk=edition.pk).state == EditionState.WITHDRAWN
    assert issue.editions.in_language("it").order_by("-revision")[0].is_current
    assert issue.editions.in_language("en").get().is_current


def test_adopted_statements_and_frozen_roadmaps_lose_the_name_too(cast: Cast, person: Member) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    stage = cluster.stages.first()
    assert stage is not None
    baseline = Baseline.objects.create(cluster=cluster, number=77, frozen_at=NOW)
    frozen = BaselineStage.objects.create(baseline=baseline, stage=stage, position=1, title=f"Visit of {NAME}")
    statement = PolicyStatement.objects.create(title="Dunes", working_group=cast.group)
    version = StatementVersion.objects.create(
        statement=statement,
        number=1,
        adopted_at=NOW,
        adopted_by=cast.user("lead"),
        role="coordinator",
        snapshot={"reference": "M4N-PS-1", "lines": [{"text": f"{NAME} said so."}]},
    )
    line = AdoptedLine.objects.create(version=version, number=1, heading=NAME, text=f"{NAME} said so.")
    done = erase_member(member=person, by=None)
    for row in (frozen, version, line):
        row.refresh_from_db()
        assert row.redaction_id is not None
    assert not any(map(holds_name, (frozen.title, version.snapshot, line.heading, line.text)))
    assert done.traces == ()


@pytest.mark.both
def test_an_issue_changes_only_with_its_row_of_the_redaction_ledger_and_only_its_words(cast: Cast) -> None:
    issue = issued(cast)
    rows = [
        Redaction.objects.create(target=target, target_id=key, reason=RedactionReason.ERASURE)
        for target, key in (("issue", issue.pk + 1), ("edition", issue.pk), ("issue", issue.pk))
    ]
    one = Issue.objects.filter(pk=issue.pk)
    changes: tuple[dict[str, Any], ...] = (
        {"title": "X"},
        {"title": "X", "redaction": rows[0]},
        {"title": "X", "redaction": rows[1]},
        {"redaction": rows[2], "version": 9},
        {"redaction": rows[2], "by": cast.accounts["admin"]},
        {"redaction": rows[2], "snapshot_sha256": "0" * 64},
    )
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            one.update(**change)
    one.update(title="X", redaction=rows[2])
    with pytest.raises(DatabaseError), transaction.atomic():
        one.update(title="Y", redaction=rows[2])
    with pytest.raises(DatabaseError), transaction.atomic():
        one.update(title="Y", redaction=None)


def test_a_revision_that_was_drawn_from_the_words_of_before_is_drawn_again(
    cast: Cast, person: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue = issued(cast)
    withdraw_edition(edition=issue.editions.get(), reason=RedactionReason.CONSENT, by=None, at=NOW)
    compose, drawn = revise_module.compose_edition, []

    def compose_and_erase(*args: Any, **named: Any) -> Any:
        made = compose(*args, **named)
        drawn.append(made[0].document.article)
        if len(drawn) == 1:
            erase_member(member=person, by=None)
        return made

    monkeypatch.setattr(revise_module, "compose_edition", compose_and_erase)
    made = revise(issue=issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW, accepts_missing_pdf=True)
    assert made is not None
    assert [holds_name(article) for article in drawn] == [True, False]


def test_what_stays_is_told_on_the_page_and_the_desk_also_when_the_clock_did_it(cast: Cast, person: Member) -> None:
    cluster, user = make_cluster(cast, State.RUNNING), person.user
    Participation.objects.create(cluster=cluster, member=person, organisation=cast.organisation, status="active")
    stage = cluster.stages.first()
    assert stage is not None
    assert isinstance(user, User)
    add_evidence(
        stage=stage,
        by=user,
        content=ContentFile(b"Present", "list.csv"),
        title="Who was present",
        rights_holder="The region",
        licence="CC BY 4.0",
        is_free_for_eu_use=True,
        holds_names=True,
    )
    ask_erasure(by=user, at=timezone.now() - timedelta(days=60))
    assert erase_due(timezone.now()) == 1
    site = Client()
    site.force_login(cast.accounts["admin"])
    desk, page = site.get("/desk/").content.decode(), site.get("/data-requests/").content.decode()
    assert "See what stayed" in desk
    assert f"Former member {person.pk}" in desk
    assert "What stayed after erasures" in page
    assert "Who was present" in page


def test_a_booklet_whose_cover_says_the_name_is_removed(person: Member) -> None:
    booklet = Booklet.objects.create(
        key="k", title=f"Clusters of {NAME}", language="en", file="booklet.pdf", sha256="0" * 64, made_at=NOW
    )
    erase_member(member=person, by=None)
    booklet.refresh_from_db()
    assert (booklet.title, booklet.file) == (f"Clusters of Former member {person.pk}", "")
