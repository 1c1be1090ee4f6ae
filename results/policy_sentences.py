"""The history of a policy statement as sentences: by role, as everybody reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clusters.choices import Capacity
from clusters.sentences import Entry
from community.models import Event

#: verb -> (sentence with %(who)s, icon, tone)
SENTENCES = {
    "statement.opened": (gettext_lazy("%(who)s opened the statement for discussion."), "people", "submitted"),
    "statement.taken_back": (gettext_lazy("%(who)s took it back into a draft."), "undo", ""),
    "statement.adopted": (gettext_lazy("%(who)s adopted version %(number)s."), "check", "approved"),
    "statement.revised": (gettext_lazy("%(who)s began the next version."), "edit", ""),
    "statement.dropped": (
        gettext_lazy("%(who)s dropped the next version: version %(number)s stays in force."),
        "undo",
        "",
    ),
    "statement.withdrawn": (gettext_lazy("%(who)s withdrew the statement."), "cross", "declined"),
    "statement.reopened": (gettext_lazy("%(who)s wrote on in the withdrawn statement."), "undo", ""),
    "statement.changed": (gettext_lazy("%(who)s changed title or summary."), "edit", ""),
    "statement.line_added": (gettext_lazy("%(who)s added a line."), "plus", ""),
    "statement.line_changed": (gettext_lazy("%(who)s changed a line."), "edit", ""),
    "statement.line_moved": (gettext_lazy("%(who)s moved a line."), "edit", ""),
    "statement.line_removed": (gettext_lazy("%(who)s took a line out."), "cross", ""),
    "statement.evidence_added": (gettext_lazy("%(who)s put evidence under a line."), "plus", ""),
    "statement.evidence_changed": (gettext_lazy("%(who)s changed what evidence shows under a line."), "edit", ""),
    "statement.evidence_removed": (gettext_lazy("%(who)s took evidence from under a line."), "cross", ""),
    "statement.commented": (gettext_lazy("%(who)s commented."), "people", ""),
}
#: What everybody reads who reads the adopted version: how it came to be, not each stroke of the pen.
PUBLIC_VERBS = frozenset(
    {
        "statement.opened",
        "statement.adopted",
        "statement.revised",
        "statement.dropped",
        "statement.withdrawn",
        "statement.reopened",
    }
)
UNKNOWN = (gettext_lazy("%(who)s changed the statement."), "edit", "")


def entries_of(events: Iterable[Event], *, reads_all: bool) -> list[Entry]:
    """Return the events as sentences, newest first; those who write read all, with reasons."""
    return [entry(event, reads_all=reads_all) for event in events if reads_all or event.verb in PUBLIC_VERBS]


def entry(event: Event, *, reads_all: bool) -> Entry:
    """Return one event as a sentence."""
    words, icon, tone = SENTENCES.get(event.verb, UNKNOWN)
    detail = getattr(event, "detail", None)
    body: dict[str, Any] = (detail.body if detail else None) or {}
    reason = body.get("reason", "") or (body.get("text", "") if reads_all else "")
    return Entry(
        sentence=_sentence(str(words), event), at=event.at, icon=icon, tone=tone, reason=reason if reads_all else ""
    )


def _sentence(words: str, event: Event) -> SafeString:
    role = event.role
    who = Capacity(role).label if role in Capacity.values else _("somebody")
    who = _("The %(role)s") % {"role": who} if role in Capacity.values else _("Somebody")
    values = {"who": f"<b>{escape(who)}</b>", "number": escape(event.data.get("number", ""))}
    return mark_safe(words % values)  # noqa: S308 - words are the program's, values escaped above
