"""What happens elsewhere and concerns documents: versions are taken and jobs written, in the same transaction."""

from __future__ import annotations

from typing import Any, Final

from django.dispatch import receiver

from clusters.models import Cluster
from community import jobs, kinds
from community.choices import ConsentPurpose
from community.models import Event
from community.signals import recorded
from factsheets.actions.issue import take_statement_version, take_version
from factsheets.actions.language import keep_languages
from factsheets.choices import Face
from factsheets.interim import ISSUED
from results.models import StatementVersion

#: Verbs of a cluster's life that issue a version, and the face of that version.
ISSUING_VERBS: Final = {
    "approve": Face.FORWARD,
    ISSUED: Face.FORWARD,
    "conclude": Face.BACKWARD,
    "discontinue": Face.BACKWARD,
    "correct": Face.BACKWARD,
}
#: Verbs of an amendment that change its cluster: the next version names them. The cluster goes on, so it looks forward.
AMENDING_VERBS: Final = frozenset({"amendment.accepted", "amendment.in_part"})
#: Verbs that correct somebody's entry: their own, an administrator's, an import's.
CORRECTING_VERBS: Final = frozenset({"correct_own_data", "change_member"})


@receiver(recorded, dispatch_uid="factsheets.issue")
def want_issue(sender: Any, event: Event, **more: Any) -> None:
    """Take the version that a verb of a cluster's life leads to, and ask for its edition.

    It bears the moment of the event: of work that was done elsewhere, the moment in which it was entered.
    """
    cluster, face = _issued_by(event)
    if cluster is None:
        return
    issue = take_version(
        cluster=cluster,
        face=face,
        reason=event.verb,
        by=event.by,
        at=event.at,
        role=event.role,
        event=event,
    )
    jobs.enqueue("factsheets.issue", key=f"factsheets.issue:{issue.pk}", subject=cluster, by=event.by, issue=issue.pk)
    keep_languages(issue=issue, by=event.by, at=event.at)


def _issued_by(event: Event) -> tuple[Cluster | None, Face]:
    """Return the cluster whose next version an event leads to, and the face of that version."""
    if event.kind == "cluster" and event.verb in ISSUING_VERBS:
        return Cluster.objects.get(pk=event.subject_id), ISSUING_VERBS[event.verb]
    if event.kind == "amendment" and event.verb in AMENDING_VERBS:
        return Cluster.objects.get(amendments=event.subject_id), Face.FORWARD
    return None, Face.FORWARD


@receiver(recorded, dispatch_uid="factsheets.statement")
def want_statement(sender: Any, event: Event, **more: Any) -> None:
    """Take the document of a policy statement's version that was adopted, and ask for its edition."""
    if event.kind != "statement" or event.verb != "statement.adopted":
        return
    version = StatementVersion.objects.select_related("statement", "adopted_by").get(event=event)
    issue = take_statement_version(version=version, event=event)
    jobs.enqueue(
        "factsheets.issue", key=f"factsheets.issue:{issue.pk}", subject=version.statement, by=event.by, issue=issue.pk
    )


@receiver(recorded, dispatch_uid="factsheets.withdraw")
def want_withdrawal(sender: Any, event: Event, **more: Any) -> None:
    """Ask for documents without a name when the consent to be named was withdrawn, or with the corrected name."""
    is_withdrawal = event.verb == "withdraw_consent" and event.data.get("purpose") == ConsentPurpose.NAMED
    is_correction = event.verb in CORRECTING_VERBS and "name" in event.data.get("fields", ())
    if event.kind == "member" and (is_withdrawal or is_correction):
        jobs.enqueue(
            "factsheets.withdraw",
            key=f"factsheets.withdraw:{event.pk}",
            subject=kinds.resolve(event.kind, event.subject_id),
            by=event.by,
            event=event.pk,
        )
