"""The life of a policy statement: the same form of table as a cluster's, through the same door.

What was adopted stays issued: the next version is written in the same statement and adopted anew, or dropped.
"""

from __future__ import annotations

import json
from hashlib import sha256

from django.utils.translation import gettext_lazy as _

from clusters.choices import Capacity
from community import lifecycle
from community.lifecycle import Reason, Verb
from results.choices import StatementState
from results.models import PolicyStatement
from results.policy_summary import lines_of, shape_of
from results.rules import policy as rules

S = StatementState

VERBS: tuple[Verb, ...] = (
    Verb(
        "statement.opened",
        _("Open for discussion…"),
        (S.DRAFT,),
        S.DISCUSSED,
        rules.KEEPERS,
        heading=_("Open this statement for discussion"),
        done=_("Open for discussion: members of the community read it and comment."),
        requires=(rules.has_lines,),
        required=_("at least one line"),
        tells=("adopters",),
        effects=("name_statement", "ask_statement_comments", "note_statement_writer"),
        also=_("members of the community read it from now on"),
        style="primary",
    ),
    Verb(
        "statement.taken_back",
        _("Back to draft"),
        (S.DISCUSSED,),
        S.DRAFT,
        rules.KEEPERS,
        heading=_("Take this statement back into a draft"),
        done=_("It is a draft again: only the coordinators read it."),
        reason=Reason.OPTIONAL,
        tells=("adopters",),
    ),
    Verb(
        "statement.adopted",
        _("Adopt…"),
        (S.DISCUSSED,),
        S.ADOPTED,
        rules.ADOPTERS,
        heading=_("Adopt this statement"),
        done=_("Adopted. Everybody reads this version, with its evidence as it stands today."),
        four_eyes=True,
        requires=(rules.has_lines, rules.each_line_has_evidence),
        required=_(
            "each line rests on an outcome, or an uptake that is committed or in use; what was shown is what is adopted"
        ),
        tells=("writers", "adopters", "commenters"),
        effects=("take_statement_version", "name_adoption"),
        also=_("version n is issued as page and PDF"),
        style="primary",
        checks_seen=True,
    ),
    Verb(
        "statement.revised",
        _("Write the next version"),
        (S.ADOPTED,),
        S.DRAFT,
        rules.KEEPERS,
        heading=_("Write the next version of this statement"),
        done=_("Write on: the adopted version stays what everybody reads."),
        effects=("begin_statement_version",),
        also=_("the adopted version stays issued"),
    ),
    Verb(
        "statement.dropped",
        _("Drop the next version…"),
        (S.DRAFT, S.DISCUSSED),
        S.ADOPTED,
        rules.KEEPERS,
        heading=_("Drop the next version of this statement"),
        done=_("Dropped. The statement stands as it was adopted; what was commented stays."),
        requires=(rules.has_version_in_force,),
        required=_("a version was adopted and not withdrawn"),
        reason=Reason.OPTIONAL,
        tells=("writers", "adopters", "commenters"),
        effects=("put_statement_back",),
        also=_("title, summary, lines and evidence are again those of the adopted version"),
        style="final",
        checks_seen=True,
    ),
    Verb(
        "statement.withdrawn",
        _("Withdraw…"),
        (S.DRAFT, S.DISCUSSED, S.ADOPTED),
        S.WITHDRAWN,
        rules.KEEPERS,
        heading=_("Withdraw this statement"),
        done=_("Withdrawn. Versions that were issued stay, marked as withdrawn."),
        reason=Reason.REQUIRED,
        tells=("writers", "adopters"),
        effects=("note_withdrawal",),
        also=_("no version of it is in force any more"),
        style="final",
    ),
    Verb(
        "statement.reopened",
        _("Write on…"),
        (S.WITHDRAWN,),
        S.DRAFT,
        rules.KEEPERS,
        heading=_("Write on in this statement"),
        done=_("It is a draft again. What was withdrawn stays withdrawn."),
        reason=Reason.REQUIRED,
        tells=("adopters",),
        effects=("note_statement_writer",),
        also=_("what was withdrawn stays withdrawn until somebody else adopts the next version"),
    ),
)


def content_hash(statement: PolicyStatement) -> str:
    """Return what stands for what a reader was shown: version, lines, and how each thing under them stands today.

    An adoption freezes the evidence with its state: an uptake that was stopped meanwhile must be read anew. Four
    queries.
    """
    shown = [statement.version, shape_of(lines_of(statement))]
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()


STATEMENT = lifecycle.register(
    lifecycle.Lifecycle(
        "statement",
        VERBS,
        capacities=rules.statement_capacities,
        four_eyes=rules.somebody_else_wrote,
        wrong_state=rules.wrong_state,
        label_of=lambda code: Capacity(code).label,
        content_hash=content_hash,
    )
)
