"""What results adds to pages and chores that the apps below draw and run; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clusters import contributions as of_clusters
from clusters.choices import PUBLIC_STATES
from clusters.contributions import Tab
from community import contributions, kinds
from community.contributions import ClockJob, NavigationEntry, PageSection
from community.mails import lead_links_to
from results.actions.confirmation import forget_adopters, remind_adopter_by_clock
from results.actions.uptake import move_uptakes
from results.desk import items
from results.forms.follow_up import FOLLOWED_UP
from results.lifecycle import UPTAKE
from results.merge_rules import RULES as MERGE_RULES
from results.models import Uptake, UptakeConfirmation
from results.notifications.confirmation import TOPICS
from results.notifications.silences import RULE, unanswered
from results.person_columns import COLUMNS
from results.personal_words import event_in_words
from results.querysets.confirmation import PURPOSE
from results.querysets.uptake import UptakeQuerySet
from results.sentences import SENTENCES, hidden_events
from results.summary import RESULTS
from results.tables.records import ANSWERS, DECLARED, QUESTIONS, evidence_of_projects, evidence_with_names
from results.tables.uptake import some_of, uptakes_of

#: So many uptakes stand in the section of another noun's page.
SHOWN = 12


def register() -> None:
    """Register the kinds, what clusters show and freeze, sections of pages, desk items, mails, chores and records."""
    register_kinds()
    _register_with_clusters()
    _register_sections()
    contributions.desk_items.register("results", items)
    contributions.silences.register("results.questions", unanswered)
    contributions.clock_jobs.register(
        "results.forget", ClockJob(_("Forget addresses of organisations that did not answer"), 24 * 60, forget_adopters)
    )
    for code, topic in TOPICS.items():
        contributions.mail_topics.register(code, topic)
    contributions.navigation.register(
        "coverage", NavigationEntry(_("Coverage"), "results:coverage", order=75, prefixes=("/coverage/",))
    )
    lead_links_to(PURPOSE, "results:confirm")
    contributions.person_columns.register("results", COLUMNS)
    contributions.event_words.register("results", event_in_words)
    contributions.merge_rules.register("results", MERGE_RULES)
    contributions.evidence_projects.register("results", evidence_of_projects)
    contributions.restricted_evidence.register("results", evidence_with_names)
    contributions.personal_records.register("results.declared", DECLARED)
    contributions.personal_records.register("results.questions", QUESTIONS)
    contributions.personal_records.register("results.answers", ANSWERS)


def register_kinds() -> None:
    """Register the kinds: an uptake and what its adopter says stand in the chain of its cluster."""
    kinds.register(
        kinds.Kind(
            "uptake",
            "results.Uptake",
            _("Uptake"),
            url_name="results:uptake",
            chain=lambda uptake: f"cluster:{uptake.cluster_id}",
            title=lambda uptake: uptake.solution.title,
            is_told=True,
        )
    )
    kinds.register(
        kinds.Kind(
            "confirmation",
            "results.UptakeConfirmation",
            _("Confirmation"),
            url_name="results:uptake",
            url_kwargs=lambda row: {"pk": row.uptake_id},
            chain=lambda row: f"cluster:{row.uptake.cluster_id}",
            title=lambda row: row.uptake.solution.title,
            visible_to=_confirmations,
            is_told=True,
        )
    )


def _confirmations(user: Any) -> Any:
    """Return the confirmations of uptakes that a user may read."""
    return UptakeConfirmation.objects.filter(uptake__in=Uptake.objects.visible_to(user))


def _register_with_clusters() -> None:
    of_clusters.tabs.register(
        "uptakes",
        Tab("uptakes", _("Uptakes"), "results:uptakes", "outcomes", lambda cluster: cluster.state in PUBLIC_STATES),
    )
    of_clusters.sentences.register("results", SENTENCES)
    of_clusters.hidden_events.register("results", hidden_events)
    of_clusters.results.register("uptakes", RESULTS)
    of_clusters.reminders.register(RULE, _remind)
    of_clusters.moves.register("uptakes", move_uptakes)
    of_clusters.followed_up.register("uptakes", FOLLOWED_UP)
    of_clusters.demo_steps.register("results", _told)


def _remind(pk: int, on: date, key: str) -> bool:
    return remind_adopter_by_clock(pk, on=on, key=key)


def _told(world: Any, entry: dict[str, Any]) -> Any:
    """Return what the demonstration tells of uptakes, reviews and statements; its texts are read only there."""
    from results.demo import policy, reviews, steps, targets

    return [
        *targets.told(world, entry),
        *steps.told(world, entry),
        *reviews.told(world, entry),
        *policy.told(world, entry),
    ]


def _register_sections() -> None:
    for page, rows in OF_PAGE.items():
        contributions.page_sections.register(
            f"results.{page}", PageSection(page, "results/sections/list.html", _uptakes_of(page, rows), order=110)
        )
    contributions.navigation.register(
        "uptakes", NavigationEntry(_("Uptakes"), "results:uptake_list", order=61, prefixes=("/uptakes/",))
    )
    contributions.page_sections.register(
        "results.outcomes", PageSection("outcomes", "results/sections/outcomes.html", _beside_outcomes)
    )
    contributions.page_sections.register(
        "results.help", PageSection("help", "clusters/lifecycle/_table.html", _table, order=52)
    )


OF_PAGE: dict[str, Callable[[UptakeQuerySet, Any], UptakeQuerySet]] = {
    "solution": UptakeQuerySet.of_solution,
    "organisation": UptakeQuerySet.of_organisation,
    "project": UptakeQuerySet.of_project,
}


def _beside_outcomes(request: HttpRequest, cluster: Any) -> dict[str, Any] | None:
    """Return the figures of a cluster's uptakes for its page of outcomes; nothing where there is none; one query."""
    uptakes = uptakes_of(Uptake.objects.of_cluster(cluster).visible_to(request.user).with_documented())
    return {"uptakes": uptakes} if uptakes.rows else None


def _uptakes_of(page: str, narrow: Callable[[UptakeQuerySet, Any], UptakeQuerySet]) -> Any:
    """Return what lists the uptakes of one solution, organisation or project."""

    def build(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
        uptakes = some_of(narrow(Uptake.objects.visible_to(request.user), subject), SHOWN)
        if not uptakes.rows:
            return None
        return {
            "uptakes": uptakes,
            "with_solution": page != "solution",
            "with_organisation": page != "organisation",
        }

    return build


def _table(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the rows of an uptake's life for the help page."""
    return {
        "verbs": list(UPTAKE),
        "ident": "h-uptakes",
        "heading": _("The life of an uptake, verb by verb"),
        "label": _("Table of the life of an uptake"),
    }
