"""Uptakes and questions for tests, made through the real actions."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.core import mail
from django.utils import timezone

from clusters.models import Cluster
from community.actions.outbox import send_outbox
from community.links import find
from community.models import Organisation
from results.actions.answer import answer_adopter
from results.actions.confirmation import ask_adopter
from results.actions.uptake import record_uptake
from results.models import Uptake, UptakeConfirmation
from results.querysets.confirmation import PURPOSE
from tests.cast import Cast
from tests.factories import NOW, make_organisation

ADDRESS = "mira@water.example"
EVIDENCE = "https://water.example/plan"


def make_uptake(cast: Cast, cluster: Cluster, *, name: str = "Water Board of the Bay", **values: Any) -> Uptake:
    """Record an uptake in use by a made-up organisation, as the lead."""
    given: dict[str, Any] = {
        "solution": cast.solution,
        "state": "in_use",
        "kind": "as_is",
        "in_use_on": date(2026, 4, 1),
        "evidence_url": EVIDENCE,
        "at": NOW,
        **values,
    }
    if "organisation" not in given:
        there = Organisation.objects.named(name).first()
        given["organisation"] = there or make_organisation(name, country="HR", is_demo=True)
    if given["state"] not in ("in_use", "committed"):
        given.update(kind="", in_use_on=None, evidence_url="")
    elif given["state"] == "committed":
        given["in_use_on"] = None
    return record_uptake(cluster=cluster, by=cast.user("lead"), **given)


def asked(cast: Cast, uptake: Uptake, address: str = ADDRESS, *, by: str = "lead") -> tuple[UptakeConfirmation, str]:
    """Ask an address and send the mail; return the question and the path of its link."""
    row = ask_adopter(uptake=uptake, by=cast.user(by), address=address, message="As we agreed.")
    return row, newest_link()


def newest_link() -> str:
    """Send what waits; return the path of the link in the newest mail."""
    send_outbox(at=timezone.now())
    found = re.search(r"http://[^/]+(/confirm/[\w-]+/)", str(mail.outbox[-1].body))
    assert found is not None, mail.outbox[-1].body
    return found[1]


def answered(path: str, answer: str = "confirmed", **values: Any) -> UptakeConfirmation:
    """Answer through the link of a path, with name, function and a document's number."""
    link = find(path.split("/")[2], PURPOSE)
    assert link is not None
    question = UptakeConfirmation.objects.get(pk=link.subject_id)
    given = {"person_name": "Mira Horvat", "function": "Head of water", **values}
    if answer == "confirmed":
        given.setdefault("document_number", "2026/17")
    seen = question.uptake.statement
    return answer_adopter(link=link, by=None, answer=answer, seen_statement=seen, **given)


def is_documented(uptake: Uptake) -> bool:
    """Say whether an uptake counts as documented now."""
    return Uptake.objects.with_documented().get(pk=uptake.pk).is_documented
