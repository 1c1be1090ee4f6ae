"""What the registry writes about everybody's work: looked at, never edited."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from community import kinds
from community.actions.outbox import try_again
from community.admin.base import ReadOnlyInline, RecordAdmin
from community.admin.pages import WithPage
from community.models import Event, EventDetail, Job, JobItem, Message, ScheduledJob, SignedLink


class DetailInline(ReadOnlyInline):
    """The words of an event, the only part that erasure may empty."""

    model = EventDetail
    fields = ("body", "redaction")
    readonly_fields = fields


@admin.register(Event)
class EventAdmin(WithPage, RecordAdmin):
    """The history: append-only and chained."""

    list_display = ("at", "verb", "kind", "subject_id", "by", "role", "chain", "number")
    list_filter = ("kind",)
    list_select_related = ("by__member",)
    search_fields = ("verb", "chain")
    search_help_text = _("A verb, or the name of a chain.")
    ordering = ("-pk",)
    inlines = (DetailInline,)

    def address_of(self, row: Event) -> str | None:
        """Return the page of what the event is about; none where that is gone or has no page."""
        try:
            subject = kinds.resolve(row.kind, row.subject_id)
        except KeyError:
            return None
        return kinds.url(subject) if subject is not None else None


@admin.register(Message)
class MessageAdmin(RecordAdmin):
    """The outbox: what waits, what was sent, what was given up and why."""

    list_display = ("created_at", "template", "recipient", "state", "attempts", "due_at", "sent_at", "last_error")
    list_filter = ("state", "rhythm")
    list_select_related = ("to__member",)
    search_fields = ("template", "to__email_key", "to_address")
    ordering = ("-created_at", "-pk")
    exclude = ("params", "link")

    actions = ("send_again",)

    @admin.action(description=_("Try the given up ones again"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Message]) -> None:
        """Let those that were given up be tried anew; say how many that are."""
        count = try_again(messages=queryset.values_list("pk", flat=True), at=timezone.now())
        words = ngettext("%(count)d mail is tried again.", "%(count)d mails are tried again.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS if count else messages.WARNING)

    @admin.display(description=_("to"))
    def recipient(self, message: Message) -> str:
        """Return the address."""
        return message.to.email if message.to else message.to_address


@admin.register(SignedLink)
class SignedLinkAdmin(RecordAdmin):
    """Links that were sent; their tokens are known to nobody."""

    list_display = ("purpose", "address", "kind", "subject_id", "state", "created_at", "sent_at", "expires_at")
    list_filter = ("state", "purpose")
    search_fields = ("address_key",)
    ordering = ("-created_at", "-pk")
    exclude = ("token_hash", "address_key")


class ItemInline(ReadOnlyInline):
    """The items of a job."""

    model = JobItem
    fields = ("number", "label", "state", "note")
    readonly_fields = fields


@admin.register(Job)
class JobAdmin(RecordAdmin):
    """Background work."""

    list_display = ("created_at", "task", "key", "state", "done_count", "total_count", "attempts", "last_error")
    list_filter = ("state", "task")
    search_fields = ("task", "key")
    ordering = ("-created_at", "-pk")
    inlines = (ItemInline,)


@admin.register(ScheduledJob)
class ScheduledJobAdmin(RecordAdmin):
    """The clockwork: what runs how often, and how it went."""

    list_display = ("code", "every_minutes", "is_enabled", "next_run_at", "last_run_at", "failures", "last_error")
    search_fields = ("code",)
    ordering = ("code",)
