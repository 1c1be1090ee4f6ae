"""What happens elsewhere and concerns documents: versions are taken and jobs written, in the same transaction."""

from __future__ import annotations

from typing import Any, Final

from django.dispatch import receiver

from clusters.models import Cluster
from community import jobs, kinds
from community.choices import ConsentPurpose
from community.models import Event
from community.signals import recorded
from factsheets.actions.issue import take_version
from factsheets.choices import Face

#: Verbs of a cluster's life that issue a version, and the face of that version.
ISSUING_VERBS: Final = {
    "approve": Face.FORWARD,
    "conclude": Face.BACKWARD,
    "discontinue": Face.BACKWARD,
    "correct": Face.BACKWARD,
}


@receiver(recorded, dispatch_uid="factsheets.issue")
def want_issue(sender: Any, event: Event, **more: Any) -> None:
    """Take the version that a verb of a cluster's life leads to, and ask for its edition.

    It bears the moment of the event: of work that was done elsewhere, the moment in which it was entered.
    """
    if event.kind != "cluster" or event.verb not in ISSUING_VERBS:
        return
    cluster = Cluster.objects.get(pk=event.subject_id)
    issue = take_version(
        cluster=cluster,
        face=ISSUING_VERBS[event.verb],
        reason=event.verb,
        by=event.by,
        at=event.at,
        role=event.role,
        event=event,
    )
    jobs.enqueue("factsheets.issue", key=f"factsheets.issue:{issue.pk}", subject=cluster, by=event.by, issue=issue.pk)


@receiver(recorded, dispatch_uid="factsheets.withdraw")
def want_withdrawal(sender: Any, event: Event, **more: Any) -> None:
    """Ask for documents without a name when the consent to be named was withdrawn."""
    is_withdrawal = event.kind == "member" and event.verb == "withdraw_consent"
    if is_withdrawal and event.data.get("purpose") == ConsentPurpose.NAMED:
        jobs.enqueue(
            "factsheets.withdraw",
            key=f"factsheets.withdraw:{event.pk}",
            subject=kinds.resolve(event.kind, event.subject_id),
            by=event.by,
            event=event.pk,
        )
