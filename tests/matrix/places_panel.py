"""What stands at the addresses of advice panels: a question of a running cluster, of which a member is asked."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.choices import State
from clusters.models import Cluster, PanelQuestion
from community.choices import ConsentPurpose, Standing
from community.models import Member
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.matrix.places import Place


def make_panel(cast: Cast, *, published: bool = False, answered: bool = False) -> PanelQuestion:
    """Ask a question of a running cluster, and the member to answer it; answered, or closed and published."""
    by, person = cast.user("lead"), cast.member("member")
    if not person.has_consented(ConsentPurpose.DIRECTORY):
        make.make_consent(person)
    question = ask_question(by=by, about=make_cluster(cast, State.RUNNING), values={"text": "How wet is a reed bed?"})
    (place,) = ask_people(question=question, members=[person], by=by)
    if answered or published:
        move_place(panel_place=place, step="panel.answered", by=person.user, text="Very.", credit="organisation")
    if published:
        details = {"what_came": "We know now.", "publish": True}
        move_question(question=question, step="panel_question.close", by=by, **details)
    return PanelQuestion.objects.get(pk=question.pk)


def panel(
    *, published: bool = False, answered: bool = False, left: bool = False, ended: bool = False, **more: Any
) -> Place:
    """Return a question's address; `with_place=True` adds the place of the member who is asked.

    `left`: who leads the cluster has left the community; `ended`: the cluster has ended since.
    """

    def made(cast: Cast) -> dict[str, Any]:
        question = make_panel(cast, published=published, answered=answered)
        if left:
            gone = [cast.member("lead").pk, cast.member("deputy_lead").pk]
            Member.objects.filter(pk__in=gone).update(standing=Standing.FORMER)
        if ended:
            Cluster.objects.filter(pk=question.cluster_id).update(state=State.CONCLUDED, ended_on=timezone.localdate())
        keys = dict(more)
        if keys.pop("with_place", False):
            keys["place"] = question.answers.get().pk
        return {"pk": question.pk, **keys}

    return made
