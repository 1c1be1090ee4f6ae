"""What waits for a person: the items of all apps, in three groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import contributions
from community.choices import JobState, MessageState
from community.contributions import DeskItem
from community.models import Job, Message, Organisation, User

SOON = timedelta(days=7)


@dataclass
class Waiting:
    """The items of one reader: overdue, due within a week or without a date, later."""

    overdue: list[DeskItem] = field(default_factory=list)
    soon: list[DeskItem] = field(default_factory=list)
    later: list[DeskItem] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many things wait."""
        return len(self.overdue) + len(self.soon) + len(self.later)


def waiting_for(user: User, on: date) -> Waiting:
    """Return what waits for `user` on the day `on`; within a group the oldest wait first."""
    waiting = Waiting()
    for provider in contributions.desk_items:
        for item in provider(user, on):
            if item.late or (item.due is not None and item.due < on):
                waiting.overdue.append(item)
            elif item.due is None or item.due <= on + SOON:
                waiting.soon.append(item)
            else:
                waiting.later.append(item)
    for group in (waiting.overdue, waiting.soon, waiting.later):
        group.sort(key=lambda item: (item.due or on, item.since.timestamp() if item.since else 0, str(item.title)))
    return waiting


def administrators_items(user: User, on: date) -> Iterator[DeskItem]:
    """Yield what the registry itself wants of its administrators: names to confirm, mails and jobs given up."""
    if not user.is_staff:
        return
    checks = (
        (Organisation.objects.unverified(), "organisation", "is_verified__exact=0", _unverified),
        (Message.objects.in_state(MessageState.FAILED), "message", "state__exact=failed", _given_up_mails),
        (Job.objects.in_state(JobState.FAILED), "job", "state__exact=failed", _given_up_jobs),
    )
    for rows, model, query, words in checks:
        count = rows.count()
        try:
            url = f"{reverse(f'admin:community_{model}_changelist')}?{query}"
        except NoReverseMatch:
            continue
        if count:
            title, why = words(count)
            yield DeskItem(verb=_("Look at them"), title=title, why=why, url=url)


def _unverified(count: int) -> tuple[str, str]:
    title = ngettext("Confirm %(count)d organisation", "Confirm %(count)d organisations", count) % {"count": count}
    return title, _("Entered in a form and not yet confirmed or merged · you are an administrator")


def _given_up_mails(count: int) -> tuple[str, str]:
    title = ngettext("%(count)d mail was given up", "%(count)d mails were given up", count) % {"count": count}
    return title, _("The mail server refused them again and again · you are an administrator")


def _given_up_jobs(count: int) -> tuple[str, str]:
    title = ngettext("%(count)d job failed", "%(count)d jobs failed", count) % {"count": count}
    return title, _("They were tried again and again · you are an administrator")
