"""What community itself adds to the pages and chores that it draws and runs; called by `apps.py`."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from community import catalogue, contributions, enquiry_mails, exchange_mails, job_mails, platform_mails, solution_mails
from community.absence_mails import TOPIC as ABSENCES
from community.actions.enquiry_records import RECORDS as ENQUIRED
from community.actions.export_records import RECORDS as EXPORTED
from community.appointment_mails import APPOINTMENT
from community.choices import SolutionStatus, Standing
from community.clock import CHORES
from community.context_processors import is_demo
from community.contributions import ExportSource, MailTopic, MemberRole, NavigationEntry, PageSection
from community.desk import administrators_items
from community.exchange_contributed import (
    DEPARTURE,
    RECORDS,
    exchange_items,
    exchanges_of_member,
    exchanges_of_organisation,
)
from community.imports import preview_file
from community.liaison_contributed import GROUPS, liaisons_of_group
from community.liaison_contributed import RECORDS as KEPT
from community.mails import lead_links_to
from community.merge_rules import RULES as MERGE_RULES
from community.models import Appointment
from community.person_columns import COLUMNS
from community.person_mails import TEMPLATES as ABOUT_PERSONS
from community.person_mails import TOPIC as RETENTION_TOPIC
from community.personal_records import RECORDS as KEPT_BY_THE_RECORD
from community.personal_words import COLUMNS as IN_WORDS
from community.personal_words import of_exchanges
from community.platforms import NUMBERS
from community.solution_desk import solution_items
from community.solution_lifecycle import SOLUTION
from community.stored import FOLDERS
from community.summary import open_needs
from community.visibility import account, is_administrator

NAVIGATION = {
    "needs": NavigationEntry(_("Needs"), "community:needs", order=30, prefixes=("/needs/",)),
    "solutions": NavigationEntry(_("Solutions"), "community:solutions", order=40, prefixes=("/solutions/",)),
    "exchanges": NavigationEntry(_("Exchanges"), "community:exchanges", order=45, prefixes=("/exchanges/",)),
    "platforms": NavigationEntry(_("Platforms"), "community:platforms", order=48, prefixes=("/platforms/",)),
    "projects": NavigationEntry(_("Projects"), "community:projects", order=50, prefixes=("/projects/",)),
    "working_groups": NavigationEntry(
        _("Working groups"), "community:working_groups", order=70, prefixes=("/working-groups/",)
    ),
    "organisations": NavigationEntry(
        _("Organisations"), "community:organisations", order=80, prefixes=("/organisations/",)
    ),
    "members": NavigationEntry(_("Members"), "community:members", order=90, prefixes=("/members/",)),
    "desk": NavigationEntry(
        _("Waits for me"), "community:desk", order=5, visible_to=lambda user: account(user) is not None
    ),
    "about": NavigationEntry(_("What is a cluster"), "community:about", order=100),
    "data_requests": NavigationEntry(
        _("Personal data"),
        "community:data_requests",
        order=190,
        prefixes=("/data-requests/", "/retention/"),
        visible_to=is_administrator,
    ),
    "outbox": NavigationEntry(_("Mails"), "community:outbox", order=200, visible_to=lambda user: is_demo()),
}

#: Mails about the account itself, and about what it may do.
AT_ONCE = frozenset({"community/invite", APPOINTMENT, *ABOUT_PERSONS})
ACCOUNT = MailTopic(
    _("Your account"),
    _("Codes and links to sign in with, the invitation to register, changes of your account, and who coordinates."),
    lambda template, audience: template.startswith("account/") or template in AT_ONCE,
    order=0,
    why_at_once=_("It keeps your account safe."),
)

SOLUTIONS = ExportSource(_("Solutions"), "community:solutions", catalogue.select, catalogue.columns, catalogue.records)


def _coordinates(on: date) -> Q:
    """Return the condition that somebody coordinates a working group or the mission on a day."""
    return Q(pk__in=Appointment.objects.current(on).values("member"))


#: What people are found by in the directory; upper apps add theirs.
ROLES = {
    "coordinator": MemberRole(_("Coordinates a working group or the mission"), _coordinates),
    "external": MemberRole(_("External partner"), lambda on: Q(standing=Standing.EXTERNAL)),
}


def register() -> None:
    """Register desk items, the home page's needs, chores, menu entries and where links lead."""
    lead_links_to("invite", "community:join")
    lead_links_to(enquiry_mails.PURPOSE, "community:enquiry")
    contributions.desk_items.register("community.administrators", administrators_items)
    contributions.desk_items.register("community.solutions", solution_items)
    section: Any = PageSection("home", "community/sections/needs.html", open_needs, order=50)
    contributions.page_sections.register("community.needs", section)
    _register_exchanges()
    life = PageSection("help", "community/sections/solution_life.html", _solution_life, order=60)
    contributions.page_sections.register("community.help.solutions", life)
    _register_liaisons()
    contributions.person_columns.register("community", COLUMNS)
    contributions.merge_rules.register("community", MERGE_RULES)
    contributions.column_words.register("community", IN_WORDS)
    contributions.event_words.register("community.exchanges", of_exchanges)
    for code, records in KEPT_BY_THE_RECORD.items():
        contributions.personal_records.register(code, records)
    contributions.mail_topics.register("community.account", ACCOUNT)
    contributions.mail_topics.register("community.retention", RETENTION_TOPIC)
    contributions.mail_topics.register("community.absences", ABSENCES)
    contributions.mail_topics.register("community.questions", solution_mails.MESSAGES)
    contributions.mail_topics.register("community.enquiries", enquiry_mails.TOPIC)
    contributions.mail_topics.register("community.solutions", solution_mails.TOPIC)
    contributions.mail_topics.register("community.jobs", job_mails.TOPIC)
    contributions.export_sources.register("solutions", SOLUTIONS)
    contributions.personal_records.register("community.exports", EXPORTED)
    contributions.personal_records.register("community.enquiries", ENQUIRED)
    contributions.index_purges.register("community.previews", preview_file.forget_all)
    for code, chore in CHORES.items():
        contributions.clock_jobs.register(code, chore)
    for code, folder in FOLDERS.items():
        contributions.stored_folders.register(code, folder)
    for code, role in ROLES.items():
        contributions.member_roles.register(code, role)
    for code, entry in NAVIGATION.items():
        contributions.navigation.register(code, entry)


def _register_exchanges() -> None:
    """Register what members exchange: the desk, pages of people and organisations, mails and personal records."""
    contributions.desk_items.register("community.exchanges", exchange_items)
    pages: dict[str, Any] = {"member": exchanges_of_member, "organisation": exchanges_of_organisation}
    for page, build in pages.items():
        section = PageSection(page, "community/sections/exchanges.html", build, order=120)
        contributions.page_sections.register(f"community.exchanges.{page}", section)
    contributions.mail_topics.register("community.exchanges", exchange_mails.ANSWERS)
    contributions.mail_topics.register("community.fitting", exchange_mails.FITTING)
    contributions.mail_topics.register("community.platforms", platform_mails.TOPIC)
    for code, number in NUMBERS.items():
        contributions.platform_numbers.register(code, number)
    for code, records in RECORDS.items():
        contributions.personal_records.register(code, records)
    contributions.departures.register("community.exchanges", DEPARTURE)


def _solution_life(request: HttpRequest, subject: Any) -> dict[str, Any]:
    """Return the verbs of a solution's life for the help page."""
    rows = [
        {
            "verb": verb,
            "before": ", ".join(str(SolutionStatus(source).label) for source in verb.sources),
            "after": SolutionStatus(str(verb.target)).label,
            "who": ", ".join(SOLUTION.capacity_labels(verb.who)),
        }
        for verb in SOLUTION
    ]
    return {"verbs": rows, "ident": "h-solutions", "heading": _("The life of a solution, verb by verb")}


def _register_liaisons() -> None:
    """Register who keeps a working group's liaisons, and where they stand."""
    contributions.liaison_keepers.register("working_group", GROUPS)
    section: Any = PageSection("working_group", "community/sections/liaisons.html", liaisons_of_group, order=130)
    contributions.page_sections.register("community.liaisons", section)
    contributions.personal_records.register("community.liaisons", KEPT)
