"""Reads of what everybody's work is recorded with: events, mails, links, files, jobs, comments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Exists, Expression, F, OuterRef, Q
from django.utils import timezone

from community import kinds
from community.choices import OPEN_JOB_STATES, SHOWN_MESSAGES, FileVisibility, JobState, LinkState, MessageState
from community.visibility import is_administrator, is_cop

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from community.models import (
        Comment,
        Event,
        File,
        Job,
        Message,
        NotificationPreference,
        ScheduledJob,
        SignedLink,
        Subscription,
        Term,
        User,
    )


class EventQuerySet(models.QuerySet["Event"]):
    """The history, one chain per cluster and one for the community."""

    def of_chain(self, chain: str) -> Self:
        """Keep one chain, oldest first."""
        return self.filter(chain=chain).order_by("number")

    def of_chains(self, chains: list[str]) -> Self:
        """Keep the events of several chains."""
        return self.filter(chain__in=chains)

    def happened_from(self, day: date) -> Self:
        """Keep what happened on that day or after it, by the registry's clock."""
        return self.filter(at__gte=_midnight(day))

    def happened_until(self, day: date) -> Self:
        """Keep what happened before that day was over."""
        return self.filter(at__lt=_midnight(day + timedelta(days=1)))

    def for_sentences(self) -> Self:
        """Join what a sentence is made of: the detail, and who acted."""
        return self.select_related("detail", "by__member")

    def of_verbs(self, verbs: list[str]) -> Self:
        """Keep the events of some verbs."""
        return self.filter(verb__in=verbs)

    def about(self, subject: models.Model, *more: models.Model) -> Self:
        """Keep what happened to one subject, newest first; to `more` of the same kind too."""
        keys = [row.pk for row in (subject, *more)]
        return self.filter(kind=kinds.of(subject).code, subject_id__in=keys).order_by("-at", "-pk")


def _midnight(day: date) -> datetime:
    """Return when a day begins where the registry lives."""
    return timezone.make_aware(datetime.combine(day, time.min))


class SubjectQuerySet(models.QuerySet["Comment"]):
    """Comments on a subject."""

    def about(self, subject: models.Model) -> Self:
        """Keep the comments on one subject, oldest first."""
        return self.filter(kind=kinds.of(subject).code, subject_id=subject.pk).order_by("created_at", "pk")


class MessageQuerySet(models.QuerySet["Message"]):
    """The outbox."""

    def in_state(self, state: str) -> Self:
        """Keep the rows of one state."""
        return self.filter(state=state)

    def due(self, at: datetime) -> Self:
        """Keep the rows to send at the moment `at`, oldest first; what another row leads goes with that one."""
        return self.filter(state=MessageState.QUEUED, due_at__lte=at, led_by=None).order_by("due_at", "pk")

    def loose(self) -> Self:
        """Keep the rows that are no part of a mail whose words are settled."""
        return self.filter(led_by=None, frozen__isnull=True)

    def recallable(self) -> Self:
        """Keep the rows that may still be taken back: no part of settled words, and in no sender's hands.

        A sender that holds a row has counted the try, put `due_at` to the end of its lease and said no error yet.
        """
        return self.loose().exclude(attempts__gt=0, last_error="", due_at__gt=timezone.now())

    def told_to(self, user: User | OuterRef, at: datetime | Expression) -> Self:
        """Keep what was told to an account by `at`, whether or not it may still see what it is about."""
        return self.filter(to=user, state__in=SHOWN_MESSAGES, shown_at__lte=at)

    def shown_to(self, user: User, at: datetime) -> Self:
        """Keep what an account finds in its list at `at`, newest first.

        Nothing that was taken back or replaced, nothing that waits for an undo, and nothing about what the account
        may not see elsewhere any more.
        """
        rows = self.told_to(user, at)
        seen = Q(kind="")
        for code in kinds.told():
            seen |= Q(Exists(kinds.visible(code, user).filter(pk=OuterRef("subject_id"))), kind=code)
        return rows.filter(seen).order_by("-shown_at", "-pk")

    def unread(self) -> Self:
        """Keep what was not marked as read."""
        return self.filter(read_at__isnull=True)

    def for_page(self) -> Self:
        """Load what a line of the list shows."""
        return self.select_related("event__detail")

    def about_subject(self, subject: models.Model) -> Self:
        """Keep the rows about one subject."""
        return self.filter(kind=kinds.of(subject).code, subject_id=subject.pk)


class SignedLinkQuerySet(models.QuerySet["SignedLink"]):
    """Links that act for whoever holds them."""

    def open(self) -> Self:
        """Keep the links that were neither used nor revoked nor marked as expired."""
        return self.filter(state=LinkState.OPEN)

    def run_out(self, at: datetime) -> Self:
        """Keep the open links whose time is over at the moment `at`."""
        return self.open().filter(expires_at__lte=at)

    def about(self, subject: models.Model) -> Self:
        """Keep the links that lead to one subject."""
        return self.filter(kind=kinds.of(subject).code, subject_id=subject.pk)


class FileQuerySet(models.QuerySet["File"]):
    """Uploaded files. Whether their subject is visible is asked of the subject."""

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep the files whose own class allows it: public to all, CoP to members, restricted to administrators."""
        rows = self.filter(removed_at=None)
        if is_administrator(user):
            return rows
        classes = [FileVisibility.PUBLIC, FileVisibility.COP] if is_cop(user) else [FileVisibility.PUBLIC]
        return rows.filter(visibility__in=classes)

    def present(self) -> Self:
        """Keep the files that were not removed."""
        return self.filter(removed_at=None)

    def kept(self) -> Self:
        """Keep the files whose bytes are there: also those out of sight, unlike what was deleted for good."""
        return self.filter(gone_at=None)

    def removed(self) -> Self:
        """Keep the files that were taken out of sight."""
        return self.filter(removed_at__isnull=False)

    def public(self) -> Self:
        """Keep the files that everybody may fetch."""
        return self.present().filter(visibility=FileVisibility.PUBLIC)

    def to_go(self, on: date) -> Self:
        """Keep what may go since its retention date lies before the day `on`, in sight or not, the oldest first."""
        return self.kept().filter(retain_until__lt=on).order_by("retain_until", "pk")

    def to_go_within_a_year(self, on: date) -> Self:
        """Keep what may go within a year from the day `on`, in sight or not."""
        soon = on + timedelta(days=365)
        return self.kept().filter(retain_until__gte=on, retain_until__lt=soon).order_by("retain_until", "pk")

    def about(self, subject: models.Model) -> Self:
        """Keep the files of one subject."""
        return self.filter(kind=kinds.of(subject).code, subject_id=subject.pk)


class JobQuerySet(models.QuerySet["Job"]):
    """Background work."""

    def in_state(self, state: str) -> Self:
        """Keep the rows of one state."""
        return self.filter(state=state)

    def open(self) -> Self:
        """Keep what waits or runs."""
        return self.filter(state__in=OPEN_JOB_STATES)

    def due(self, at: datetime) -> Self:
        """Keep what a worker may take at `at`: waiting, or running on a lease that has run out; oldest first."""
        waiting = Q(state=JobState.QUEUED, due_at__lte=at)
        orphaned = Q(state=JobState.RUNNING, lease_until__lte=at)
        return self.filter(waiting | orphaned).order_by("due_at", "pk")

    def visible_to(self, user: User | AnonymousUser | None) -> Self:
        """Keep the jobs of `user`; administrators see all."""
        if is_administrator(user):
            return self.all()
        return self.filter(by=user) if user is not None and user.is_authenticated and user.is_active else self.none()

    def asked_by(self, user: User) -> Self:
        """Keep what one account asked for, the newest first."""
        return self.filter(by=user).order_by("-created_at", "-pk")

    def about(self, subject: models.Model) -> Self:
        """Keep the jobs about one subject, the newest first."""
        return self.filter(kind=kinds.of(subject).code, subject_id=subject.pk).order_by("-created_at", "-pk")

    def with_key(self, key: str) -> Self:
        """Keep the jobs of the same work."""
        return self.filter(key=key)

    def of_task(self, task: str) -> Self:
        """Keep the jobs of one task."""
        return self.filter(task=task)

    def with_file(self) -> Self:
        """Keep those whose file is kept."""
        return self.filter(result__has_key="file")


class ScheduledJobQuerySet(models.QuerySet["ScheduledJob"]):
    """The scheduler's table."""

    def due(self, at: datetime) -> Self:
        """Keep the chores whose time has come and that no scheduler holds at `at`."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
        return self.filter(free, Q(next_run_at__isnull=True) | Q(next_run_at__lte=at), is_enabled=True).order_by(
            F("next_run_at").asc(nulls_first=True), "pk"
        )


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    """Who follows what."""

    def about(self, subject: models.Model) -> Self:
        """Keep the followers of one subject whose account is active."""
        return self.filter(kind=kinds.of(subject).code, subject_id=subject.pk, user__is_active=True)


class PreferenceQuerySet(models.QuerySet["NotificationPreference"]):
    """How often people want mails."""

    def chosen(self, user: User, about: str = "") -> dict[str, str]:
        """Return what an account chose for all, or about one subject alone: rhythms by topic."""
        return dict(self.filter(user=user, about=about).values_list("topic", "rhythm"))

    def special(self, user: User) -> set[str]:
        """Return about which subjects an account chose something of their own."""
        return set(self.filter(user=user).exclude(about="").values_list("about", flat=True))


class TermQuerySet(models.QuerySet["Term"]):
    """Vocabularies."""

    def of(self, vocabulary: str) -> Self:
        """Keep one vocabulary, retired terms too."""
        return self.filter(vocabulary=vocabulary)

    def with_code(self, code: str) -> Self:
        """Keep the terms of that code: one in each vocabulary at most."""
        return self.filter(code=code)

    def in_use(self) -> Self:
        """Keep the terms that may still be chosen."""
        return self.filter(is_retired=False)
