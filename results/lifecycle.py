"""The life of an uptake: the same form of table as a cluster's, through the same door.

An uptake begins on any step that goes on (`results.actions.uptake.record_uptake`); every later step is a row here.
The cluster declares them; that the adopting organisation confirms one is no step, see `results.models.confirmation`.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from clusters.choices import Capacity
from community import lifecycle
from community.lifecycle import Reason, Verb
from results.choices import UptakeStep
from results.models import Uptake
from results.rules import uptake as rules

S = UptakeStep

VERBS: tuple[Verb, ...] = (
    Verb(
        "uptake.interested",
        _("Interested"),
        (S.AWARE,),
        S.INTERESTED,
        rules.KEEPERS,
        heading=_("The organisation is interested"),
        done=_("Noted: interested."),
        requires=(rules.cluster_is_kept,),
        effects=("write_step",),
    ),
    Verb(
        "uptake.mentoring",
        _("Mentoring"),
        (S.AWARE, S.INTERESTED),
        S.MENTORING,
        rules.KEEPERS,
        heading=_("The organisation is mentored"),
        done=_("Noted: mentoring."),
        requires=(rules.cluster_is_kept,),
        effects=("write_step",),
    ),
    Verb(
        "uptake.committed",
        _("Committed…"),
        (S.AWARE, S.INTERESTED, S.MENTORING),
        S.COMMITTED,
        rules.KEEPERS,
        heading=_("The organisation has committed itself"),
        done=_("Noted: committed."),
        requires=(rules.cluster_is_kept, rules.says_kind, rules.shows_evidence),
        required=_("how it is taken up, and evidence"),
        effects=("write_step",),
    ),
    Verb(
        "uptake.in_use",
        _("In use…"),
        (S.AWARE, S.INTERESTED, S.MENTORING, S.COMMITTED),
        S.IN_USE,
        rules.KEEPERS,
        heading=_("The organisation uses the solution"),
        done=_("Noted: in use. Ask the organisation to confirm it: it counts as declared until then."),
        requires=(rules.cluster_is_kept, rules.says_kind, rules.says_day, rules.shows_evidence),
        required=_("how it was taken up, since when, and evidence"),
        effects=("write_step",),
        also=_("declared; documented once the organisation confirms it with a document"),
        style="primary",
    ),
    Verb(
        "uptake.set_back",
        _("One step back…"),
        (S.INTERESTED, S.MENTORING, S.COMMITTED, S.IN_USE),
        rules.step_before,
        rules.KEEPERS,
        heading=_("Set this uptake one step back"),
        done=_("Set one step back."),
        requires=(rules.cluster_is_kept,),
        reason=Reason.REQUIRED,
        effects=("write_step",),
        also=_("for a step that was set too early"),
    ),
    Verb(
        "uptake.stopped",
        _("Stopped…"),
        (S.AWARE, S.INTERESTED, S.MENTORING, S.COMMITTED, S.IN_USE),
        S.STOPPED,
        rules.KEEPERS,
        heading=_("The uptake stopped"),
        done=_("Noted: stopped. What was learnt from it stays here."),
        requires=(rules.cluster_is_kept, rules.stopped_in_order),
        reason=Reason.REQUIRED,
        effects=("write_step", "take_questions_back"),
        also=_("questions to the organisation end"),
        style="final",
    ),
    Verb(
        "uptake.taken_up_again",
        _("Taken up again…"),
        (S.STOPPED,),
        rules.step_after_stop,
        rules.KEEPERS,
        heading=_("The solution is taken up again"),
        done=_("Noted: it goes on."),
        requires=(rules.cluster_is_kept, rules.has_no_twin, rules.is_whole),
        required=_("it is not recorded once more"),
        reason=Reason.REQUIRED,
        effects=("write_step",),
        also=_(
            "back on the step before, with the first day as it was; what the organisation confirmed before the stop "
            "counts no more, so the uptake is declared until it confirms it anew"
        ),
    ),
    Verb(
        "uptake.disclosed",
        _("Disclose"),
        tuple(UptakeStep),
        None,
        rules.LEADING,
        heading=_("Disclose this uptake"),
        done=_("Disclosed: everybody reads it, and the next factsheet shows it."),
        requires=(rules.cluster_is_kept, rules.is_undisclosed),
        effects=("write_disclosure",),
    ),
    Verb(
        "uptake.undisclosed",
        _("Keep undisclosed…"),
        tuple(UptakeStep),
        None,
        rules.LEADING,
        heading=_("Keep this uptake to those who work on the cluster"),
        done=_("Undisclosed: only those who work on the cluster read it. Issued factsheets stay as they are."),
        requires=(rules.cluster_is_kept, rules.is_disclosed),
        reason=Reason.REQUIRED,
        effects=("write_disclosure",),
    ),
)


def statement_of(uptake: Uptake) -> str:
    """Return what a press was decided on: the version of the uptake."""
    return str(uptake.version)


UPTAKE = lifecycle.register(
    lifecycle.Lifecycle(
        "uptake",
        VERBS,
        capacities=rules.uptake_capacities,
        four_eyes=rules.nobody_is_party,
        wrong_state=rules.wrong_step,
        label_of=lambda code: Capacity(code).label,
        content_hash=statement_of,
    )
)
