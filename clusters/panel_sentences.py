"""History's sentences of advice panels, and who reads which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clusters.contributions import Told
from clusters.models import PanelQuestion
from clusters.rules.joining import keeps_people
from clusters.rules.room import can_see_room

#: verb -> (sentence with %(who)s, icon, tone)
SENTENCES: dict[str, Told] = {
    "panel_question.asked": (_("%(who)s put a question to an advice panel: %(title)s"), "people", ""),
    "panel_question.suggested": (_("%(who)s suggested a question to an advice panel: %(title)s"), "edit", ""),
    "panel_question.reworded": (_("%(who)s worded a question to an advice panel anew: %(title)s"), "edit", ""),
    "panel_question.take_up": (_("%(who)s took a suggested question up."), "check", ""),
    "panel_question.close": (_("%(who)s closed a question to an advice panel: %(title)s"), "check", ""),
    "panel_question.publish": (_("%(who)s published the advice on a question: %(title)s"), "globe", ""),
    "panel_question.keep": (_("%(who)s keeps the advice on a question to the group: %(title)s"), "lock", ""),
    "panel_question.withdraw": (_("%(who)s withdrew a question to an advice panel: %(title)s"), "cross", ""),
    "panel_question.lapsed": (_("A question to an advice panel ended with the cluster: %(title)s"), "cross", ""),
    "panel_question.settled": (
        _("A question to an advice panel ended, because the need is answered or closed: %(title)s"),
        "cross",
        "",
    ),
    "panel_question.moved": (_("A question to an advice panel came along from %(before)s: %(title)s"), "check", ""),
    "panel.left": (_("Somebody who was asked has left the community, and will not answer."), "cross", ""),
    "panel.asked": (_("%(who)s asked somebody to answer a question: %(title)s"), "mail", ""),
    "panel.asked_again": (_("%(who)s asked somebody once more to answer a question."), "mail", ""),
    "panel.accepted": (_("%(who)s accepted to answer a question."), "check", ""),
    "panel.declined": (_("%(who)s declined to answer a question."), "declined", ""),
    "panel.answered": (_("%(who)s answered a question to the advice panel: %(title)s"), "people", ""),
    "panel.corrected": (_("%(who)s changed an answer to the advice panel: %(title)s"), "edit", ""),
    "panel.credited": (_("%(who)s changed whom to credit for an answer: %(title)s"), "edit", ""),
    "panel.helped": (_("%(who)s noted whether an answer helped: %(title)s"), "check", ""),
    "panel.taken_back": (_("%(who)s no longer asks somebody to answer a question."), "undo", ""),
    "panel.expired": (_("Somebody did not say whether they would answer a question."), "clock", ""),
    "panel.ended": (_("%(who)s no longer asks somebody: the question is over."), "undo", ""),
}
#: Who was asked, and what they said to that, is between them and the asking side.
CONFIDED = (
    "panel.asked",
    "panel.asked_again",
    "panel.accepted",
    "panel.declined",
    "panel.credited",
    "panel.taken_back",
    "panel.expired",
    "panel.ended",
    "panel.left",
)
#: What changes what a factsheet says of the advice, until its next version says it.
CREDIT_VERBS = frozenset({"panel_question.publish", "panel_question.keep", "panel.credited"})


def hidden_events(user: Any, clusters: Sequence[Any]) -> Q:
    """Return the condition for events of panels that `user` may not read on these clusters' pages.

    Everybody reads that a question was published which still is; who reads the room, what the panel answered; the
    lead's side, who was asked and what they said to that.
    """
    if all(keeps_people(user, cluster) for cluster in clusters):
        return Q(pk__in=[])
    hidden = Q(kind="panel_answer", verb__in=CONFIDED)
    if all(can_see_room(user, cluster) for cluster in clusters):
        return hidden
    public = PanelQuestion.objects.published().filter(cluster__in=[cluster.pk for cluster in clusters])
    told = Q(verb="panel_question.publish", subject_id__in=public.order_by().values("pk"))
    return Q(kind="panel_answer") | (Q(kind="panel_question") & ~told)
