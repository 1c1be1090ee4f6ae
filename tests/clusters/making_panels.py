"""Questions to panels, asked, answered and closed through the real actions."""

from __future__ import annotations

from typing import Any

from django.test import Client

from clusters.actions.panel import ask_people, ask_question, move_place, move_question
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from community.choices import ConsentPurpose
from community.models import Member, Message
from tests.cast import Cast

DIRECTORY = (ConsentPurpose.DIRECTORY,)
TEXT = "How much water does a reed bed hold back in a dry spring?"
CANARY = "Zyxwqv"


def asked(cast: Cast, cluster: Cluster, by: str = "lead", **values: Any) -> PanelQuestion:
    """Ask a question about the cluster."""
    return ask_question(by=cast.user(by), about=cluster, values={"text": TEXT, **values})


def invited(cast: Cast, question: PanelQuestion, *people: Member) -> PanelAnswer:
    """Ask people to answer; return the place of the first."""
    return ask_people(question=question, members=people, by=cast.user("lead"))[0]


def answered(place: PanelAnswer, text: str = "About a third of it.", credit: str = "named") -> PanelAnswer:
    """Answer in a place."""
    return move_place(panel_place=place, step="panel.answered", by=place.asked.user, text=text, credit=credit)


def closed(cast: Cast, question: PanelQuestion, *, publish: bool) -> PanelQuestion:
    """Close a question with what came of it."""
    values = {"what_came": "We count a third.", "publish": publish}
    move_question(question=question, step="panel_question.close", by=cast.user("lead"), **values)
    return PanelQuestion.objects.get(pk=question.pk)


def client_of(user: Any) -> Client:
    """Return a browser in which somebody is signed in, or nobody."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def told() -> list[tuple[str, str]]:
    """Return which mails of panels went to whom."""
    return sorted(
        (row.template.removeprefix("clusters/panel_"), row.to.email) for row in Message.objects.all() if row.to
    )
