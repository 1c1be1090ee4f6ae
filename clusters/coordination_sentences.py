"""History's sentences of how work is kept going: who looks at a proposal, and who was reminded by hand."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

#: verb -> (sentence with %(who)s, icon, tone)
COORDINATION_SENTENCES: dict[str, tuple[Words, str, str]] = {
    "review.assigned": (_("%(who)s said who looks at the proposal."), "people", ""),
    "review.released": (_("%(who)s took back who looks at the proposal."), "undo", ""),
    "lead.reminded": (_("%(who)s reminded those who lead."), "mail", ""),
    "lead.reminder_taken_back": (_("%(who)s took the reminder to those who lead back."), "undo", ""),
    "stage.reminded": (_("%(who)s reminded whoever is responsible for a stage: %(title)s"), "mail", ""),
    "stage.reminder_taken_back": (_("%(who)s took the reminder of a stage back: %(title)s"), "undo", ""),
    "participation.reminded": (_("%(who)s reminded somebody of an invitation."), "mail", ""),
    "participation.reminder_taken_back": (_("%(who)s took a reminder back."), "undo", ""),
}

#: Who looks at what and who was reminded is for those who work on the cluster, not for the public.
INTERNAL_VERBS = frozenset({*COORDINATION_SENTENCES, "invitation.reminded"})
