"""The life of a solution: a small table of verbs, through the same door as a cluster's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from community import lifecycle
from community.choices import SolutionCapacity, SolutionStatus
from community.lifecycle import Reason, Verb
from community.rules import solution as rules

S = SolutionStatus
COORDINATOR = (SolutionCapacity.COORDINATOR,)
KEEPERS = (SolutionCapacity.COORDINATOR, SolutionCapacity.ADMINISTRATOR)
COMPLETE = _("everything that a taker looks for is filled in")

VERBS: tuple[Verb, ...] = (
    Verb(
        "submit_solution",
        _("Ask for publication"),
        (S.DRAFT,),
        S.SUBMITTED,
        rules.WRITERS,
        heading=_("Ask for publication"),
        also=_("The coordinators are asked by mail to read it and to publish it."),
        done=_("The coordinators have it now. You hear when it is published, or what is missing."),
        requires=(rules.is_complete,),
        required=COMPLETE,
        tells=("coordinators",),
        effects=("note_submission",),
        style="primary",
    ),
    Verb(
        "publish_solution",
        _("Publish"),
        (S.SUBMITTED,),
        S.PUBLISHED,
        COORDINATOR,
        heading=_("Publish this solution"),
        also=_("Everybody finds it in the catalogue then. Who wrote it and its contact hear of it."),
        done=_("Published. Everybody finds it in the catalogue."),
        four_eyes=True,
        requires=(rules.is_complete,),
        required=COMPLETE,
        tells=("writer", "contact"),
        effects=("note_publication",),
        style="primary",
        checks_seen=True,
    ),
    Verb(
        "return_solution",
        _("Return for changes…"),
        (S.SUBMITTED,),
        S.DRAFT,
        COORDINATOR,
        heading=_("Return this solution for changes"),
        also=_("It becomes a draft again. Who wrote it reads your reason."),
        done=_("Returned. Who wrote it reads your reason."),
        reason=Reason.REQUIRED,
        tells=("writer",),
    ),
    Verb(
        "recall_solution",
        _("Recall"),
        (S.SUBMITTED,),
        S.DRAFT,
        (SolutionCapacity.PARTNER, SolutionCapacity.ADMINISTRATOR),
        heading=_("Recall this solution"),
        also=_("It becomes a draft again and is on no desk any more."),
        done=_("It is a draft again."),
        effects=("note_recall",),
        style="text",
    ),
    Verb(
        "retire_solution",
        _("Retire…"),
        (S.PUBLISHED,),
        S.RETIRED,
        rules.WRITERS,
        heading=_("Retire this solution"),
        also=_("Its page stays and says why; the list leaves it out."),
        done=_("Retired. Its page stays and says so; the list leaves it out."),
        reason=Reason.REQUIRED,
        tells=("writer", "contact"),
        effects=("note_reason",),
    ),
    Verb(
        "take_back_solution",
        _("Take back…"),
        (S.PUBLISHED,),
        S.DRAFT,
        KEEPERS,
        heading=_("Take this solution out of the catalogue"),
        also=_(
            "It becomes a draft again, which the public does not see. Who wrote it and its contact read your reason."
        ),
        done=_("Taken back: it is a draft again, which the public does not see."),
        requires=(rules.is_unused,),
        required=_("no cluster that everybody sees works with it"),
        reason=Reason.REQUIRED,
        tells=("writer", "contact"),
        style="final",
    ),
    Verb(
        "reopen_solution",
        _("Put back into the catalogue"),
        (S.RETIRED,),
        S.PUBLISHED,
        rules.WRITERS,
        heading=_("Put this solution back into the catalogue"),
        also=_("Everybody finds it in the list again, as it was when it was retired."),
        done=_("It stands in the catalogue again."),
        effects=("note_reason",),
    ),
)


SOLUTION = lifecycle.register(
    lifecycle.Lifecycle(
        "solution",
        VERBS,
        capacities=rules.solution_capacities,
        four_eyes=rules.solution_four_eyes,
        wrong_state=rules.solution_wrong_state,
        label_of=lambda code: SolutionCapacity(code).label,
        content_hash=rules.seen_hash,
        state_field="status",
        stale=rules.STALE,
    )
)
