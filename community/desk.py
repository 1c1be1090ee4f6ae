"""What waits for a person: the items of all apps, in three groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import contributions
from community.choices import DataRequestKind, JobState, MessageState
from community.contributions import DeskItem, Words
from community.models import DataRequest, File, Job, Message, Organisation, User
from community.rules.erasure import stayed

SOON = timedelta(days=7)
#: Where the session keeps how many things wait, and when they were counted, in seconds since 1970.
KEPT = "desk"
#: A count is shown so long; then the next page counts again.
COUNTED_SECONDS = 300
NOTED_SECONDS = 60
#: So many requests about personal data stand on an administrator's desk; their page has all.
MOST_REQUESTS = 20
#: So many days does the desk tell what an erasure left; the page of requests tells it for a year.
STAYED_DAYS = 30


@dataclass
class Waiting:
    """The items of one reader: overdue, due within a week or without a date, later."""

    overdue: list[DeskItem] = field(default_factory=list)
    soon: list[DeskItem] = field(default_factory=list)
    later: list[DeskItem] = field(default_factory=list)

    @property
    def items(self) -> list[DeskItem]:
        """Everything, group by group."""
        return [*self.overdue, *self.soon, *self.later]

    @property
    def count(self) -> int:
        """How many things wait."""
        return len(self.items)

    @property
    def many(self) -> list[tuple[str, Words]]:
        """Where several of these things are done at once, each once, with the words that lead there."""
        words = {item.many: item.many_label or _("Do several at once") for item in self.items if item.many}
        return sorted(words.items())


def waiting_for(user: User, on: date) -> Waiting:
    """Return what waits for `user` on the day `on`; within a group the oldest wait first."""
    waiting = Waiting()
    for provider in contributions.desk_items:
        for item in provider(user, on):
            if item.late or (item.due is not None and item.due < on):
                waiting.overdue.append(replace(item, late=True))
            elif item.due is None or item.due <= on + SOON:
                waiting.soon.append(item)
            else:
                waiting.later.append(item)
    for group in (waiting.overdue, waiting.soon, waiting.later):
        group.sort(key=lambda item: (item.due or on, item.since.timestamp() if item.since else 0, str(item.title)))
    return waiting


def remember(request: HttpRequest, waiting: Waiting) -> None:
    """Keep what waits for the sections of the same page, so that they need not ask again."""
    request.__dict__[KEPT] = waiting


def remembered(request: HttpRequest) -> Waiting | None:
    """Return what `remember` kept of this request."""
    found: Waiting | None = request.__dict__.get(KEPT)
    return found


def keep_count(request: HttpRequest, count: int) -> None:
    """Note in the session how many things wait, so that the menu of every page can say it without a query.

    Not written when the same was noted within the last minute: a session that does not change is not saved.
    """
    now = timezone.now().timestamp()
    known, counted = request.session.get(KEPT) or (-1, 0)
    if known != count or not 0 <= now - counted < NOTED_SECONDS:
        request.session[KEPT] = [count, now]


def count_anew(request: HttpRequest) -> None:
    """Let the next page count: somebody signed in or pressed a button, so the count may be another."""
    request.session[KEPT] = [-1, 0]


def kept_count(request: HttpRequest) -> int:
    """Return how many things wait for a signed-in reader; 0 where nobody has counted in this session.

    No query while the count is younger than `COUNTED_SECONDS`; else the desk is asked, once, and the count kept.
    """
    user = getattr(request, "user", None)
    kept = request.session.get(KEPT) if isinstance(user, User) else None
    if kept is None or not isinstance(user, User):
        return 0
    count, counted = kept
    age = timezone.now().timestamp() - counted
    if count < 0 or not 0 <= age < COUNTED_SECONDS:
        count = waiting_for(user, timezone.localdate()).count
        keep_count(request, count)
    return int(count)


def administrators_items(user: User, on: date) -> Iterator[DeskItem]:
    """Yield what the registry itself wants of its administrators: names to confirm, mails and jobs given up."""
    if not user.is_staff:
        return
    checks = (
        (Organisation.objects.unverified(), "organisation", "is_verified__exact=0", _unverified),
        (Message.objects.in_state(MessageState.FAILED), "message", "state__exact=failed", _given_up_mails),
        (Job.objects.in_state(JobState.FAILED), "job", "state__exact=failed", _given_up_jobs),
    )
    asked = list(DataRequest.objects.open().for_page()[:MOST_REQUESTS])
    yield from (_asked(row) for row in asked)
    yield from _stayed()
    if count := File.objects.to_go(on).count():
        title, why = _to_go(count)
        yield DeskItem(verb=_("See what may go"), title=title, why=why, url=reverse("community:retention"))
    for rows, model, query, words in checks:
        count = rows.count()
        try:
            url = f"{reverse(f'admin:community_{model}_changelist')}?{query}"
        except NoReverseMatch:
            continue
        if count:
            title, why = words(count)
            yield DeskItem(verb=_("Look at them"), title=title, why=why, url=url)


def _stayed() -> Iterator[DeskItem]:
    """Yield the erasures of late that left something, also those that the clock did; one query where none did."""
    for one in stayed(timezone.now() - timedelta(days=STAYED_DAYS)):
        files, rows = len(one.files), len(one.traces)
        yield DeskItem(
            verb=_("See what stayed"),
            title=one.member.name,
            why=_("Erased. Files that stay restricted: %(files)d. Rows with the name that nobody may change: %(rows)d.")
            % {"files": files, "rows": rows},
            url=f"{reverse('community:data_requests')}#stayed",
            since=one.at,
        )


def _asked(row: DataRequest) -> DeskItem:
    is_erasure = row.kind == DataRequestKind.ERASURE
    return DeskItem(
        verb=_("Erase, or look what is in the way") if is_erasure else _("Correct, and answer"),
        title=row.member.name,
        why=_why_asked(row),
        url=reverse("community:erase_person", args=[row.member.key])
        if is_erasure
        else reverse("community:data_request", args=[row.pk]),
        since=row.asked_at,
        due=timezone.localdate(row.due_at) if row.due_at else None,
    )


def _why_asked(row: DataRequest) -> Words:
    if row.kind != DataRequestKind.ERASURE:
        return _("Asked to have their data corrected · you are an administrator")
    if row.recorded_by_id is not None:
        return _(
            "Asked by letter to be erased; the registry does it by itself on that day, where nothing is in the way"
        )
    return _("Asked to be erased; the registry does it by itself on that day, where nothing is in the way")


def _unverified(count: int) -> tuple[str, str]:
    title = ngettext("Confirm %(count)d organisation", "Confirm %(count)d organisations", count) % {"count": count}
    return title, _("Entered in a form and not yet confirmed or merged · you are an administrator")


def _to_go(count: int) -> tuple[str, str]:
    title = ngettext("%(count)d file of evidence may go", "%(count)d files of evidence may go", count)
    return title % {"count": count}, _("Its retention date is over · you are an administrator")


def _given_up_mails(count: int) -> tuple[str, str]:
    title = ngettext("%(count)d mail was given up", "%(count)d mails were given up", count) % {"count": count}
    return title, _("The mail server refused them again and again · you are an administrator")


def _given_up_jobs(count: int) -> tuple[str, str]:
    title = ngettext("%(count)d job failed", "%(count)d jobs failed", count) % {"count": count}
    return title, _("They were tried again and again · you are an administrator")
