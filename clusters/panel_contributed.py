"""What advice panels add to pages, desk, mails, chores, history and documents; called by `contributed`."""

from __future__ import annotations

from datetime import time
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clusters import contributions as of_clusters
from clusters.actions.panel_clock import keep_panels_going
from clusters.actions.panel_effects import move_questions
from clusters.actions.panel_records import DEPARTURE, PLACES, QUESTIONS
from clusters.choices import PUBLIC_STATES
from clusters.models import Cluster, PanelAnswer, PanelQuestion
from clusters.notifications.panel import TOPICS
from clusters.panel_desk import panel_items
from clusters.panel_lifecycle import PLACE, QUESTION
from clusters.panel_sentences import SENTENCES, hidden_events
from clusters.panel_summary import ADVICE
from clusters.rules import panel as rules
from clusters.rules.room import can_see_room
from community import contributions, kinds
from community.contributions import ClockJob, NavigationEntry, PageSection
from community.models import Need, Term
from community.querysets.cut import Cut, cut_or_whole

#: When reminders are written, in the site's zone: before the mail of the day leaves.
REMINDERS_AT = time(6, 15)
#: So many questions stand in the section of another page.
SHOWN = 6


def register() -> None:
    """Register kinds, sections, desk items, mails, the chore, records, and what histories and snapshots say."""
    register_kinds()
    contributions.desk_items.register("clusters.panels", panel_items)
    for page, build in (("cluster", _of_cluster), ("need", _of_need)):
        # What strangers read of it stands in what a snapshot names (`panel_summary`), by which pages are kept.
        section = PageSection(page, "clusters/sections/panel.html", build, order=90, standing=lambda row: row.pk)
        contributions.page_sections.register(f"clusters.panel.{page}", section)
    contributions.page_sections.register(
        "clusters.panel.platform", PageSection("platform", "clusters/sections/panel.html", _on_platform, order=55)
    )
    contributions.page_sections.register(
        "clusters.help.panels", PageSection("help", "clusters/lifecycle/_table.html", _questions, order=53)
    )
    contributions.page_sections.register(
        "clusters.help.places", PageSection("help", "clusters/lifecycle/_table.html", _places, order=54)
    )
    for code, topic in TOPICS.items():
        contributions.mail_topics.register(code, topic)
    contributions.clock_jobs.register(
        "clusters.panels",
        ClockJob(_("Remind advice panels"), 24 * 60, keep_panels_going, lease_minutes=30, daily_at=REMINDERS_AT),
    )
    contributions.navigation.register(
        "panels", NavigationEntry(_("Advice"), "clusters:panels", order=78, prefixes=("/panel/",))
    )
    contributions.personal_records.register("clusters.panel_questions", QUESTIONS)
    contributions.personal_records.register("clusters.panel_places", PLACES)
    of_clusters.sentences.register("panel", SENTENCES)
    of_clusters.hidden_events.register("panel", hidden_events)
    of_clusters.results.register("panel", ADVICE)
    contributions.departures.register("clusters.panels", DEPARTURE)
    of_clusters.moves.register("panel", move_questions)


def register_kinds() -> None:
    """Register questions and places: they stand in the chain of their cluster, those about needs in the community's."""
    kinds.register(
        kinds.Kind(
            "panel_question",
            "clusters.PanelQuestion",
            _("Question to an advice panel"),
            url_name="clusters:panel",
            chain=_chain,
            is_told=True,
        )
    )
    kinds.register(
        kinds.Kind(
            "panel_answer",
            "clusters.PanelAnswer",
            _("Place on an advice panel"),
            url_name="clusters:panel",
            url_kwargs=lambda place: {"pk": place.question_id},
            chain=lambda place: _chain(place.question),
            title=lambda place: str(place.question),
            visible_to=PanelAnswer.objects.visible_to,
            is_told=True,
        )
    )


def _chain(question: PanelQuestion) -> str:
    return f"cluster:{question.cluster_id}" if question.cluster_id else kinds.COMMUNITY_CHAIN


def _of_cluster(request: HttpRequest, cluster: Cluster) -> dict[str, Any] | None:
    """Return a cluster's questions: all for who reads the room, else the published ones; one query.

    None where there is none and the reader does not ask, and before the approval, from which on questions are put.
    """
    if cluster.state not in PUBLIC_STATES:
        return None
    rows = PanelQuestion.objects.of_cluster(cluster)
    is_inside = request.user.is_authenticated and bool(can_see_room(request.user, cluster))
    rows = rows if is_inside else rows.published()
    url = reverse("clusters:panel_ask", args=[cluster.name])
    may_ask = rules.can_ask_panel(request.user, cluster) if is_inside else None
    may_suggest = rules.can_suggest_question(request.user, cluster) if is_inside else None
    return _section(_found(request, rows.for_rows()), url, may_ask, may_suggest)


def _of_need(request: HttpRequest, need: Need) -> dict[str, Any] | None:
    """Return a need's questions that the reader may read; one query."""
    rows = PanelQuestion.objects.of_need(need).visible_to(request.user).for_rows()
    may_ask = rules.can_ask_about(request.user, need) if request.user.is_authenticated else None
    found = _found(request, rows)
    return _section(found, reverse("clusters:panel_ask_about", args=[need.pk]), may_ask, None)


def _on_platform(request: HttpRequest, term: Term) -> dict[str, Any] | None:
    """Return the questions on a challenge that wait for answers, of those that the reader reads; one query.

    An open question is no public one (decision 0121): most readers see none, and then no section.
    """
    rows = PanelQuestion.objects.visible_to(request.user).open().on_challenge(term).for_rows()
    found = _found(request, rows.order_by("wanted_on", "-asked_at", "pk"))
    return {"rows": found.rows, "found": found, "may": None, "with_about": True} if found else None


def _found(request: HttpRequest, rows: Any) -> Cut:
    return cut_or_whole(rows, SHOWN, request.GET, "panel")


def _section(found: Cut, url: str, may_ask: Any, may_suggest: Any) -> dict[str, Any] | None:
    may = may_ask if may_ask or may_suggest is None else may_suggest
    is_shown = may is not None and (may.allowed or may.code == "state")
    if not found and not (may is not None and may.allowed):
        return None
    shown = {"rows": found.rows, "found": found}
    return {**shown, "url": url, "may": may if is_shown else None, "is_suggestion": not may_ask}


def _questions(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the rows of a question's life for the help page."""
    return {
        "verbs": [verb for verb in QUESTION if verb.has_page],
        "ident": "h-panels",
        "heading": _("The life of a question to an advice panel, verb by verb"),
        "label": _("Table of the life of a question to an advice panel"),
    }


def _places(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the rows of the life of a place on a panel for the help page."""
    return {
        "verbs": list(PLACE),
        "ident": "h-places",
        "heading": _("The life of a place on an advice panel, verb by verb"),
        "label": _("Table of the life of a place on an advice panel"),
    }
