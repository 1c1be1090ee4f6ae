"""History's sentences of uptakes, and who reads which: an undisclosed one is for those who work on its cluster."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.contributions import Told
from clusters.rules.room import can_see_room
from results.models import Uptake

#: verb -> (sentence with %(who)s, icon, tone)
SENTENCES: dict[str, Told] = {
    "uptake.recorded": (_("%(who)s recorded an uptake: %(title)s"), "uptake", ""),
    "uptake.changed": (_("%(who)s changed an uptake: %(title)s"), "edit", ""),
    "uptake.removed": (_("%(who)s removed an uptake: %(title)s"), "cross", ""),
    "uptake.interested": (_("%(who)s noted that an organisation is interested: %(title)s"), "uptake", ""),
    "uptake.mentoring": (_("%(who)s noted that an organisation is mentored: %(title)s"), "uptake", ""),
    "uptake.committed": (_("%(who)s noted that an organisation has committed itself: %(title)s"), "uptake", ""),
    "uptake.in_use": (_("%(who)s noted that a solution is in use: %(title)s"), "uptake", "concluded"),
    "uptake.set_back": (_("%(who)s set an uptake one step back: %(title)s"), "undo", ""),
    "uptake.stopped": (_("%(who)s noted that an uptake stopped: %(title)s"), "cross", ""),
    "uptake.taken_up_again": (_("%(who)s noted that an uptake goes on: %(title)s"), "undo", ""),
    "uptake.disclosed": (_("%(who)s disclosed an uptake: %(title)s"), "globe", ""),
    "uptake.undisclosed": (_("%(who)s keeps an uptake undisclosed: %(title)s"), "lock", ""),
    "uptake.file_added": (_("%(who)s added a file to an uptake: %(title)s"), "file", ""),
    "uptake.file_removed": (_("%(who)s removed a file from an uptake: %(title)s"), "cross", ""),
    "uptake.asked": (_("%(who)s asked the adopting organisation to confirm an uptake: %(title)s"), "mail", ""),
    "uptake.asked_again": (_("%(who)s asked the adopting organisation once more: %(title)s"), "mail", ""),
    "uptake.question_taken_back": (
        _("%(who)s took a question to an organisation back: %(title)s"),
        "undo",
        "",
    ),
    "uptake.confirmed": (_("The adopting organisation confirmed an uptake: %(title)s"), "check", "approved"),
    "uptake.refused": (_("The adopting organisation did not confirm an uptake: %(title)s"), "cross", ""),
    "uptake.corrected": (_("The adopting organisation corrected an uptake: %(title)s"), "edit", ""),
    "uptake.correction_taken_over": (_("%(who)s took over what the organisation corrected: %(title)s"), "check", ""),
    "uptake.correction_set_aside": (_("%(who)s set aside what the organisation corrected: %(title)s"), "declined", ""),
    "uptake.answerer_corrected": (
        _("%(who)s corrected who answered for the adopting organisation, at that person's wish: %(title)s"),
        "edit",
        "",
    ),
    "uptake.answerer_taken_out": (
        _("%(who)s took out who answered for the adopting organisation, at that person's wish: %(title)s"),
        "cross",
        "",
    ),
    "uptake.found_confirmed": (_("Asked after the end: still in use: %(title)s"), "check", ""),
    "uptake.found_adapted": (_("Asked after the end: in use, adapted: %(title)s"), "check", ""),
    "uptake.found_stopped": (_("Asked after the end: no longer in use: %(title)s"), "cross", ""),
    "uptake.found_unknown": (_("Asked after the end, nobody knows whether it is in use: %(title)s"), "flag", ""),
}
#: Who was asked, and what they refused or corrected, is between the organisation and those who work on the cluster.
INTERNAL_VERBS = frozenset(
    {
        "uptake.asked",
        "uptake.asked_again",
        "uptake.question_taken_back",
        "uptake.refused",
        "uptake.corrected",
        "uptake.correction_taken_over",
        "uptake.correction_set_aside",
        "uptake.answerer_corrected",
        "uptake.answerer_taken_out",
    }
)
#: What changes the record of a cluster that is over, until the next version of its factsheet says it.
RESULT_VERBS = frozenset(SENTENCES) - INTERNAL_VERBS | {"uptake.correction_taken_over", "uptake.refused"}


def hidden_events(user: Any, clusters: Sequence[Any]) -> Q:
    """Return the condition for events of uptakes that `user` may not read on these clusters' pages."""
    if all(can_see_room(user, cluster) for cluster in clusters):
        return Q(pk__in=[])
    seen = Uptake.objects.filter(cluster__in=[cluster.pk for cluster in clusters]).visible_to(user)
    return Q(kind="uptake") & (~Q(subject_id__in=seen.order_by().values("pk")) | Q(verb__in=INTERNAL_VERBS))
