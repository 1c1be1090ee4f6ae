"""What an uptake's verbs do beside changing its step: one function a code of `results.lifecycle`.

All run inside the transaction of `community.actions.transition`, the cluster's row locked before.
"""

from __future__ import annotations

from clusters import search
from clusters.actions.parts import check_fields, differences
from community.actions.transition import effect, tells
from community.lifecycle import Attempt
from results.actions.parts import KEYS, substance_of, title_of
from results.choices import BEFORE_COMMITTED, ConfirmationStatus, UptakeStep
from results.models import Uptake
from results.notifications.confirmation import call_off

#: What a verb's page may write besides the step.
WRITES = {
    UptakeStep.COMMITTED: ("kind", "adaptation", "evidence_url"),
    UptakeStep.IN_USE: ("kind", "adaptation", "evidence_url", "in_use_on"),
}
_TOLD = ("kind", "adaptation", "evidence_url", "in_use_on", "stopped_on")


@effect("write_step")
def write_step(attempt: Attempt) -> None:
    """Write what belongs to the new step and empty what does not; a change of substance raises the statement.

    What is taken up again raises it too: what was confirmed before the stop says nothing of the time after it.
    """
    uptake: Uptake = attempt.subject
    before, substance = {name: getattr(uptake, name) for name in _TOLD}, substance_of(uptake)
    is_forward = attempt.verb.target == uptake.state
    for name in WRITES.get(uptake.step, ()) if is_forward else ():
        value = attempt.details.get(name)
        if value:
            attempt.set(**{name: value})
    if uptake.step in BEFORE_COMMITTED and uptake.kind:
        attempt.set(kind="")
    if uptake.step not in (UptakeStep.IN_USE, UptakeStep.STOPPED) and uptake.in_use_on is not None:
        attempt.set(in_use_on=None)
    if uptake.step == UptakeStep.STOPPED:
        attempt.set(stopped_on=attempt.details.get("stopped_on") or attempt.on)
    elif uptake.stopped_on is not None:
        attempt.set(stopped_on=None)
    check_fields(uptake, leave_out=KEYS)
    if substance_of(uptake) != substance or attempt.verb.code == "uptake.taken_up_again":
        attempt.set(statement=uptake.statement + 1)
    after = {name: getattr(uptake, name) for name in _TOLD}
    _note(attempt)
    if changes := differences(before, after):
        attempt.words["changes"] = changes


@effect("write_disclosure")
def write_disclosure(attempt: Attempt) -> None:
    """Let everybody read it, or only those who work on the cluster."""
    attempt.set(is_disclosed=attempt.verb.code == "uptake.disclosed")
    _note(attempt)


@effect("take_questions_back")
def take_questions_back(attempt: Attempt) -> None:
    """End what waits for the organisation's answer: nobody confirms what has stopped."""
    for row in attempt.subject.confirmations.open():
        row.status, row.answered_at = ConfirmationStatus.TAKEN_BACK, attempt.at
        row.save(update_fields=["status", "answered_at"])
        call_off(row)


@tells("uptake")
def tell_nobody(attempt: Attempt) -> None:
    """Steps are read on the pages and in the history; nobody is mailed about each."""


def _note(attempt: Attempt) -> None:
    """Name the uptake in the event, and raise the version of its cluster, whose page and search show it."""
    uptake: Uptake = attempt.subject
    attempt.words["title"] = title_of(uptake)
    cluster = uptake.cluster
    cluster.version += 1
    cluster.save(update_fields=["version", "updated_at"])
    search.index(cluster)
