"""Persons on documents: named by their consent alone, and taken out of every version with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from clusters.models import Cluster
from community import contributions
from community.actions.consent import withdraw_consent
from community.actions.merging import merge_entries, preview_merge
from community.choices import ConsentPurpose, JobState, RedactionReason
from community.models import Job, Member
from community.permissions import Refusal
from factsheets import pdf as pdf_module
from factsheets import storage
from factsheets.actions import revise as revise_module
from factsheets.actions.missing import keep_up
from factsheets.actions.revise import revise, withdraw_edition, withdraw_naming, withdraw_unconsented
from factsheets.choices import EditionState, RevisionReason
from factsheets.models import Edition, EditionName, Issue
from factsheets.pdf import Press
from tests import factories as make
from tests.cast import Cast
from tests.factories import NOW
from tests.factsheets.making_issues import edition_of, issue
from tests.factsheets.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.wide]


def test_only_who_consented_is_named_and_no_key_leaves_the_registry(cast: Cast, cluster: Cluster) -> None:
    lead = cast.member("lead")
    unnamed = edition_of(issue(cluster))
    assert lead.name not in text_of(storage.read(unnamed.pdf_file))
    make.make_consent(lead, ConsentPurpose.NAMED)
    made = issue(cluster)
    named = edition_of(made)
    assert lead.name in text_of(storage.read(named.pdf_file))
    assert [row.member for row in named.names.all()] == [lead]
    assert made.snapshot["lead"]["person"] == lead.key
    for name in (named.article_file, named.data_file):
        assert lead.key not in storage.read(name).decode()
        assert lead.name in storage.read(name).decode()
    assert lead.name not in json.dumps(made.snapshot)


def test_a_consent_to_something_else_is_none_to_be_named(cast: Cast, cluster: Cluster) -> None:
    lead = cast.member("lead")
    make.make_consent(lead, ConsentPurpose.PUBLIC)
    make.make_consent(lead, ConsentPurpose.DIRECTORY)
    assert lead.name not in text_of(storage.read(edition_of(issue(cluster)).pdf_file))


def test_a_person_merged_into_another_is_named_as_that_one(cast: Cast, cluster: Cluster) -> None:
    real = make.make_member("Real Name", consents=(ConsentPurpose.NAMED,))
    Member.objects.filter(pk=cast.member("lead").pk).update(merged_into=real, user=None)
    text = text_of(storage.read(edition_of(issue(cluster)).pdf_file))
    assert "Real Name" in text
    assert cast.member("lead").name not in text


def test_a_withdrawn_consent_withdraws_every_version_and_the_next_revision_is_without_the_name(
    cast: Cast, cluster: Cluster
) -> None:
    lead = cast.member("lead")
    consent = make.make_consent(lead, ConsentPurpose.NAMED)
    old = [edition_of(issue(cluster)), edition_of(issue(cluster))]
    files = [name for edition in old for name in edition.files]
    consent.withdrawn_at = timezone.now()
    consent.save(update_fields=["withdrawn_at"])
    found = withdraw_naming(member=lead, reason=RedactionReason.CONSENT, by=None, at=NOW)
    assert {edition.pk for edition in found} == {edition.pk for edition in old}
    for edition in old:
        checksums = (edition.pdf_sha256, edition.data_sha256, edition.article_sha256)
        edition.refresh_from_db()
        assert (edition.state, edition.files) == (EditionState.WITHDRAWN, [])
        assert (edition.pdf_sha256, edition.data_sha256, edition.article_sha256) == checksums
        assert edition.redaction is not None
        assert edition.redaction.reason == RedactionReason.CONSENT
        new = revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW)
        assert new is not None
        assert (new.revision, new.state) == (2, EditionState.CURRENT)
        assert lead.name not in text_of(storage.read(new.pdf_file))
        assert "version" in text_of(storage.read(new.pdf_file))
        assert revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW) is None
    assert EditionName.objects.count() == 0
    assert len(files) == 6


def during_the_next_drawing(monkeypatch: pytest.MonkeyPatch, step: Callable[[], object]) -> list[int]:
    """Have `step` happen once, after a revision was drawn and before it is written; return the drawings' numbers."""
    drawn: list[int] = []
    compose = revise_module.compose_edition

    def compose_and_step(*args: Any, revision: int, **more: Any) -> Any:
        result = compose(*args, revision=revision, **more)
        drawn.append(revision)
        if len(drawn) == 1:
            step()
        return result

    monkeypatch.setattr(revise_module, "compose_edition", compose_and_step)
    return drawn


def two_named(cast: Cast, cluster: Cluster) -> tuple[Member, Member, Edition]:
    """Return two persons whom an edition names, and the edition, withdrawn because of the first."""
    lead, other = cast.member("lead"), cast.member("participant")
    first, _second = (make.make_consent(person, ConsentPurpose.NAMED) for person in (lead, other))
    edition = edition_of(issue(cluster, accepts_missing_pdf=True))
    assert {row.member for row in EditionName.objects.filter(edition=edition)} == {lead, other}
    first.withdrawn_at = timezone.now()
    first.save(update_fields=["withdrawn_at"])
    withdraw_edition(edition=edition, reason=RedactionReason.CONSENT, by=None, at=NOW)
    return lead, other, edition


def test_a_consent_withdrawn_while_a_revision_is_drawn_keeps_the_name_out_of_it(
    cast: Cast, cluster: Cluster, without_pdf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lead, other, edition = two_named(cast, cluster)

    def withdraw() -> None:
        other.consents.update(withdrawn_at=timezone.now())
        assert withdraw_naming(member=other, reason=RedactionReason.CONSENT, by=None, at=NOW) == []

    drawn = during_the_next_drawing(monkeypatch, withdraw)
    made = revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW, accepts_missing_pdf=True)
    assert made is not None
    assert drawn == [2, 2]
    assert other.name not in storage.read(made.article_file).decode()
    assert EditionName.objects.count() == 0


def test_a_consent_withdrawn_while_a_missing_pdf_is_made_keeps_the_name_out_of_it(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = cast.member("lead")
    make.make_consent(lead, ConsentPurpose.NAMED)
    with monkeypatch.context() as patched:
        patched.setattr(pdf_module, "_press", Press(pdf_module.Limits(queue_seconds=0)))
        with pdf_module._press._lock:
            made = issue(cluster, accepts_missing_pdf=True)
    assert edition_of(made).pdf_file == ""
    drawn = during_the_next_drawing(monkeypatch, lambda: lead.consents.update(withdrawn_at=timezone.now()))
    second = revise(issue=made, language="en", why=RevisionReason.PDF_ADDED, at=NOW)
    assert second is not None
    assert drawn == [2, 2]
    assert lead.name not in text_of(storage.read(second.pdf_file))
    assert [edition.revision for edition in Edition.objects.naming(lead)] == [1], "the withdrawal finds this one"


def test_a_name_corrected_while_a_revision_is_drawn_stands_in_it_corrected(
    cast: Cast, cluster: Cluster, without_pdf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lead, other, edition = two_named(cast, cluster)
    old = other.name
    drawn = during_the_next_drawing(
        monkeypatch, lambda: Member.objects.filter(pk=other.pk).update(name="Corrected Name")
    )
    made = revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW, accepts_missing_pdf=True)
    assert made is not None
    assert drawn == [2, 2]
    article = storage.read(made.article_file).decode()
    assert "Corrected Name" in article
    assert old not in article


def test_who_changes_consents_without_end_gets_no_revision(
    cast: Cast, cluster: Cluster, without_pdf: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _lead, _other, edition = two_named(cast, cluster)
    monkeypatch.setattr(revise_module, "are_named_still", lambda *args: False)
    with pytest.raises(Refusal, match="at the same moment"):
        revise(issue=edition.issue, language="en", why=RevisionReason.NAME_REMOVED, at=NOW, accepts_missing_pdf=True)


def test_the_chore_finds_names_without_a_standing_consent_and_revisions_that_were_given_up(
    cast: Cast, cluster: Cluster, without_pdf: None
) -> None:
    lead, other = cast.member("lead"), cast.member("participant")
    for person in (lead, other):
        make.make_consent(person, ConsentPurpose.NAMED)
    made = issue(cluster, accepts_missing_pdf=True)
    chore = contributions.clock_jobs.get("factsheets.names")
    assert chore.run(NOW) == 0
    lead.consents.update(withdrawn_at=timezone.now())  # the withdrawal itself was missed
    assert chore.run(NOW) == 1
    assert chore.run(NOW) == 0
    assert edition_of(made).redaction is not None
    Job.objects.update(state=JobState.FAILED)
    keep_up(NOW)
    newest = edition_of(made)
    assert (newest.revision, newest.state) == (2, EditionState.CURRENT)
    assert [row.member for row in EditionName.objects.all()] == [other]
    assert chore.run(NOW) == 0


def test_who_is_named_as_the_row_into_which_theirs_was_merged_stays_named(
    cast: Cast, cluster: Cluster, without_pdf: None
) -> None:
    lead = cast.member("lead")
    make.make_consent(lead, ConsentPurpose.NAMED)
    issue(cluster, accepts_missing_pdf=True)
    real = make.make_member("Real Name", consents=(ConsentPurpose.NAMED,))
    lead.consents.update(withdrawn_at=timezone.now())
    Member.objects.filter(pk=lead.pk).update(merged_into=real, user=None)
    assert withdraw_unconsented(NOW) == 0


@pytest.mark.django_db(transaction=True)
def test_the_files_of_a_withdrawn_edition_are_gone_after_the_commit(cast: Cast, cluster: Cluster) -> None:
    make.make_consent(cast.member("lead"), ConsentPurpose.NAMED)
    files = edition_of(issue(cluster)).files
    assert all(storage.is_whole(name) for name in files)
    withdraw_consent(member=cast.member("lead"), purpose=ConsentPurpose.NAMED, by=None, at=NOW)
    assert not any(storage.is_whole(name) for name in files)
    newest = Edition.objects.for_reference(cluster.reference or "").first()
    assert newest is not None
    assert (newest.revision, newest.state) == (2, EditionState.CURRENT)
    assert cast.member("lead").name not in text_of(storage.read(newest.pdf_file))


def test_a_consent_to_something_else_withdrawn_touches_no_document(cast: Cast, cluster: Cluster) -> None:
    make.make_consent(cast.member("lead"), ConsentPurpose.NAMED)
    make.make_consent(cast.member("lead"), ConsentPurpose.PUBLIC)
    issue(cluster)
    withdraw_consent(member=cast.member("lead"), purpose=ConsentPurpose.PUBLIC, by=None, at=NOW)
    assert not Job.objects.filter(task="factsheets.withdraw").exists()


def test_an_erasure_takes_the_name_out_and_a_merge_moves_it(cast: Cast, cluster: Cluster) -> None:
    lead = cast.member("lead")
    make.make_consent(lead, ConsentPurpose.NAMED)
    issue(cluster)
    records = contributions.personal_records.get("factsheets.names")
    other = make.make_member("Same Person")
    assert records.erase is not None
    by = cast.user("admin")
    merge_entries(kept=other, merged=lead, by=by, seen=preview_merge(kept=other, merged=lead, by=by).digest)
    assert (records.rows(lead).count(), records.rows(other).count()) == (0, 1)
    assert records.erase(other) == 1
    assert records.rows(other).count() == 0
    assert edition_of(Issue.objects.get()).redaction.reason == RedactionReason.ERASURE  # type: ignore[union-attr]
