"""What clusters adds to pages and chores that community draws and runs; called by `apps.py`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, time
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clusters import contributions as of_clusters
from clusters import platforms, search, search_index
from clusters.actions.clock import start_due_clusters, withdraw_idle_proposals
from clusters.actions.follow_up import ask_due_follow_ups
from clusters.actions.invitation import forget_addresses
from clusters.actions.invitation_records import RECEIVED, SENT, WAITING
from clusters.actions.membership import ahead_of_departure, ended_by_departure, follow_departure, follow_membership
from clusters.actions.needs import settle_all_needs, status_of
from clusters.actions.panel_effects import end_questions_about
from clusters.actions.part_records import DRAFTS, PARTS
from clusters.actions.prepared import announce_due_decisions
from clusters.actions.prepared_records import PREPARED
from clusters.actions.reminders import send_todays
from clusters.actions.room_records import ANSWERS, COMMENTS, MESSAGES
from clusters.amendment_desk import items as amendment_items
from clusters.choices import ACTIVE_STATES, FINISHED_STATES, State
from clusters.desk import items
from clusters.exports import COLUMNS, records
from clusters.merge_rules import RULES as MERGE_RULES
from clusters.models import Cluster
from clusters.notifications.absence import tell_proposers
from clusters.notifications.exchange_silences import waiting_exchanges
from clusters.notifications.follow_up import PURPOSE
from clusters.notifications.invitation import PURPOSE as INVITED
from clusters.notifications.topics import TOPICS
from clusters.person_columns import COLUMNS as PERSON_COLUMNS
from clusters.personal_words import COLUMNS as COLUMNS_IN_WORDS
from clusters.personal_words import event_in_words
from clusters.rules.coordinated import of_group
from clusters.rules.erasure import evidence_of_projects, evidence_with_names, still_led
from clusters.rules.liaison import LIAISONS
from clusters.rules.reminder_rights import can_see_reminders
from clusters.rules.translation import can_translate
from clusters.tables import register as register_table
from clusters.tables.deadlines import MOST as MOST_DATES
from clusters.tables.deadlines import deadlines_of, weeks_of
from clusters.views.invitation_link import JoinClusterView
from clusters.visibility import viewer
from community import contributions
from community.contributions import (
    ClockJob,
    Departure,
    ExportSource,
    MemberRole,
    NavigationEntry,
    PageSection,
    SearchSource,
)
from community.desk import remembered
from community.mails import lead_links_to
from community.models import Subscription, User
from community.querysets.cut import cut, cut_or_whole
from community.views.answers import account_of

#: What a history says of who translated: the title is the language's own name.
TRANSLATION_SENTENCES = {"translation.saved": (_("%(who)s translated texts: %(title)s"), "edit", "")}
DEPARTURE = Departure(follow_departure, ahead_of_departure, ended_by_departure)
#: For so many clusters a person chooses how often mails about them come.
MOST_SUBJECTS = 100
#: When reminders are written, in the site's zone: before the mail of the day leaves.
REMINDERS_AT = time(6, 0)
#: What somebody still works on, drafts included.
UNENDED = ACTIVE_STATES | {State.DRAFT, State.SUBMITTED, State.RETURNED}
#: So many clusters stand in the section of another noun's page; the register holds the rest.
SHOWN = 12


def register() -> None:
    """Register desk items, page sections, the search, chores and menu entries."""
    contributions.desk_items.register("clusters", items)
    contributions.desk_items.register("clusters.amendments", amendment_items)
    contributions.silences.register("clusters.exchanges", waiting_exchanges)
    contributions.navigation.register(
        "clusters", NavigationEntry(_("Clusters"), "clusters:list", order=20, prefixes=("/clusters/",))
    )
    contributions.navigation.register(
        "review",
        NavigationEntry(
            _("Review"),
            "clusters:review",
            order=60,
            prefixes=("/review/",),
            visible_to=lambda user: viewer(user, timezone.localdate()).is_coordinator,
        ),
    )
    _register_sections()
    of_clusters.sentences.register("translations", TRANSLATION_SENTENCES)
    contributions.page_sections.register(
        "clusters.translations",
        PageSection("cluster", "clusters/sections/translations.html", _translations, order=95, standing=_nothing_of_it),
    )
    contributions.need_progress.register("clusters", status_of)
    contributions.need_endings.register("clusters", end_questions_about)
    contributions.solution_uses.register("clusters", _works_with)
    contributions.events_of_groups.register("clusters", of_group)
    contributions.search_sources.register("clusters", SearchSource(_("Clusters"), search.find))
    contributions.member_roles.register("lead", MemberRole(_("Leads a cluster"), _leads))
    _register_personal()
    _register_mails()
    _register_chores()
    _register_reminders()


def _leads(on: date) -> Q:
    """Return the condition that somebody leads a cluster that everybody sees and that has not ended."""
    return Q(pk__in=Cluster.objects.public().in_states(UNENDED).values("lead"))


def _register_personal() -> None:
    contributions.person_columns.register("clusters", PERSON_COLUMNS)
    contributions.column_words.register("clusters", COLUMNS_IN_WORDS)
    contributions.event_words.register("clusters", event_in_words)
    contributions.merge_rules.register("clusters", MERGE_RULES)
    contributions.erasure_obstacles.register("clusters", still_led)
    contributions.restricted_evidence.register("clusters", evidence_with_names)
    contributions.index_purges.register("clusters", search_index.purge)
    contributions.evidence_projects.register("clusters", evidence_of_projects)
    contributions.personal_records.register("clusters.participations", PARTS)
    contributions.personal_records.register("clusters.drafts", DRAFTS)
    contributions.personal_records.register("clusters.comments", COMMENTS)
    contributions.personal_records.register("clusters.messages", MESSAGES)
    contributions.personal_records.register("clusters.meeting_answers", ANSWERS)
    contributions.personal_records.register("clusters.prepared", PREPARED)
    contributions.export_sources.register(
        "clusters", ExportSource(_("Clusters"), "clusters:list", register_table.select, lambda: COLUMNS, records)
    )


def _register_sections() -> None:
    for page in ("need", "solution", "project", "organisation", "working_group", "member"):
        contributions.page_sections.register(
            f"clusters.{page}", PageSection(page, "clusters/sections/list.html", _clusters_of(page))
        )
    contributions.page_sections.register(
        "clusters.platform", PageSection("platform", "clusters/sections/list.html", platforms.clusters_on)
    )
    contributions.liaison_keepers.register("cluster", LIAISONS)
    contributions.platform_numbers.register("clusters", platforms.NUMBER)
    contributions.platform_organisations.register("clusters", platforms.organisations_on)
    contributions.page_sections.register(
        "clusters.home", PageSection("home", "clusters/sections/home.html", _home, order=10)
    )
    contributions.page_sections.register(
        "clusters.mine", PageSection("desk", "clusters/sections/mine.html", _mine, order=10)
    )
    contributions.page_sections.register(
        "clusters.desk", PageSection("desk", "clusters/sections/deadlines.html", _deadlines)
    )
    contributions.page_sections.register(
        "clusters.help", PageSection("help", "clusters/lifecycle/_table.html", _table, order=50)
    )
    contributions.page_sections.register(
        "clusters.help.amendments", PageSection("help", "clusters/lifecycle/_table.html", _amendments, order=51)
    )


def _translations(request: HttpRequest, cluster: Any) -> dict[str, Any] | None:
    """Return the way to the translations for who writes some of them."""
    return {} if request.user.is_authenticated and can_translate(request.user, cluster) else None


def _nothing_of_it(cluster: Any) -> object:
    """Strangers see nothing of it, so nothing of it makes their page anew."""
    return None


def _deadlines(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """The dates ahead of a person by week, the later ones of many folded; nothing where there is none."""
    if not isinstance(request.user, User):
        return None
    on, known = timezone.localdate(), remembered(request)
    found = deadlines_of(request.user, on, known.items if known is not None else None)
    if not found:
        return None
    first, later = found[:MOST_DATES], found[MOST_DATES:]
    return {"weeks": weeks_of(first, on), "later": weeks_of(later, on), "later_count": len(later)}


def _register_chores() -> None:
    """Register what the registry does by itself when a day comes, and where its mails lead."""
    contributions.clock_jobs.register(
        "clusters.start", ClockJob(_("Start clusters whose day has come"), 15, start_due_clusters)
    )
    contributions.clock_jobs.register(
        "clusters.needs", ClockJob(_("Let needs follow their clusters"), 24 * 60, settle_all_needs)
    )
    contributions.clock_jobs.register(
        "clusters.withdraw", ClockJob(_("Withdraw proposals that nobody worked on"), 24 * 60, withdraw_idle_proposals)
    )
    contributions.clock_jobs.register(
        "clusters.announce", ClockJob(_("Announce decisions whose moment has come"), 1, announce_due_decisions)
    )
    contributions.clock_jobs.register(
        "clusters.follow_ups", ClockJob(_("Ask what became of concluded clusters"), 60, ask_due_follow_ups)
    )
    contributions.clock_jobs.register(
        "clusters.invitations", ClockJob(_("Forget addresses that nobody answered from"), 24 * 60, forget_addresses)
    )
    lead_links_to(PURPOSE, "clusters:follow_up_link")
    lead_links_to(INVITED, "community:join")


def _register_reminders() -> None:
    contributions.clock_jobs.register(
        "clusters.reminders",
        ClockJob(_("Remind of what waits"), 24 * 60, send_todays, lease_minutes=30, daily_at=REMINDERS_AT),
    )
    contributions.navigation.register(
        "reminders",
        NavigationEntry(
            _("Reminders"), "clusters:reminders", order=150, visible_to=lambda user: bool(can_see_reminders(user))
        ),
    )


def _register_mails() -> None:
    contributions.join_pages.register(INVITED, JoinClusterView.as_view())
    contributions.memberships.register("clusters", follow_membership)
    contributions.departures.register("clusters", DEPARTURE)
    contributions.absences.register("clusters", tell_proposers)
    contributions.personal_records.register("clusters.invitations", SENT)
    contributions.personal_records.register("clusters.invitations_taken", RECEIVED)
    contributions.personal_records.register("clusters.invitations_waiting", WAITING)
    for code, topic in TOPICS.items():
        contributions.mail_topics.register(code, topic)
    contributions.mail_subjects.register("cluster", _with_a_part)


def _with_a_part(user: User) -> list[tuple[int, str]]:
    """Return the clusters of which a person gets mails, newest first: those they work on or follow."""
    member_id = viewer(user, timezone.localdate()).member_id
    followed = Subscription.objects.filter(user=user, kind="cluster").values("subject_id")
    rows = Cluster.objects.visible_to(user).worked_on_by(member_id, followed)
    return [(row.pk, str(row)) for row in rows[:MOST_SUBJECTS]]


def _mine(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
    """Return the clusters that the reader works on or follows and that have not ended; None where there is none."""
    user = account_of(request)
    member_id = viewer(user, timezone.localdate()).member_id
    followed = Subscription.objects.filter(user=user, kind="cluster").values("subject_id")
    rows = Cluster.objects.visible_to(user).worked_on_by(member_id, followed).in_states(UNENDED)
    found = cut_or_whole(rows, SHOWN, request.GET, "mine")
    return {"rows": found.rows, "found": found} if found else None


def _clusters_of(page: str) -> Any:
    """Return what lists the clusters of one need, solution, project, organisation, working group or member."""

    def build(request: HttpRequest, subject: Any) -> dict[str, Any] | None:
        rows = Cluster.objects.visible_to(request.user).connected_to(page, subject).select_related("working_group")
        found = cut_or_whole(rows, SHOWN, request.GET, "clusters")
        url = f"{reverse('clusters:list')}?{page}={subject.pk}" if page in _IN_THE_REGISTER else ""
        return {"rows": found.rows, "found": found, "on": timezone.localdate(), "all_url": url}

    return build


#: The pages whose clusters are just those that the register finds by the filter of that name. Others show all of them
#: themselves: a group's are also those of which it is a further one, which no filter asks for.
_IN_THE_REGISTER = frozenset({"project", "organisation", "solution"})


def _home(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return what home shows of the work: what runs, what is proposed, what ended last."""
    seen = Cluster.objects.visible_to(request.user).select_related("working_group", "lead_organisation")
    on = timezone.localdate()
    return {
        "running": cut(seen.in_states(ACTIVE_STATES - {State.APPROVED}).order_by("ends_on", "pk"), 6),
        "coming": cut(seen.in_states([State.APPROVED]).order_by("starts_on", "pk"), 3),
        "ended": cut(seen.finished().order_by("-ended_on", "-pk"), 3),
        "on": on,
        "urls": {name: _in_states(states) for name, states in _HOME.items()},
    }


#: What the register shows of each list of the home page.
_HOME = {"running": ACTIVE_STATES - {State.APPROVED}, "coming": {State.APPROVED}, "ended": FINISHED_STATES}


def _in_states(states: Collection[str]) -> str:
    return f"{reverse('clusters:list')}?{urlencode([('state', str(state)) for state in sorted(states)])}"


def _works_with(solution_id: int) -> bool:
    """Tell whether a cluster that everybody sees works with a solution."""
    return Cluster.objects.public().with_solutions([solution_id]).exists()


def _table(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the rows of the life cycle for the help page."""
    from clusters.lifecycle import CLUSTER

    return {
        "verbs": list(CLUSTER),
        "ident": "h-lifecycle",
        "heading": _("The life of a cluster, verb by verb"),
        "label": _("Table of the life of a cluster"),
    }


def _amendments(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the rows of an amendment's life for the help page."""
    from clusters.amendment_lifecycle import AMENDMENT

    return {
        "verbs": list(AMENDMENT),
        "ident": "h-amendments",
        "heading": _("The life of an amendment, verb by verb"),
        "label": _("Table of the life of an amendment"),
    }
