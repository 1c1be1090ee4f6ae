"""One mail a day or a week: what waits for one account, gathered, grouped and frozen when it is tried."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from community import kinds
from community.choices import GATHERED, MessageState, Rhythm
from community.mails import headline, language_of, lasting_path, words_of
from community.models import Message

logger = logging.getLogger(__name__)

#: At most so many lines stand in one mail; the rest goes in a next one.
MOST = 200


@dataclass(frozen=True)
class Line:
    """One thing that a mail tells: its words, the page of its button, when, and how often it was said."""

    words: str
    path: str
    at: datetime
    times: int = 1

    @property
    def url(self) -> str:
        """The full address."""
        return settings.SITE_URL + self.path


@dataclass
class Group:
    """The lines about one subject, newest first."""

    title: str
    lines: list[Line] = field(default_factory=list)


def freeze(lead: Message, at: datetime) -> None:
    """Gather what is due with `lead` under it and settle the words of the whole, in the caller's transaction.

    Words that may have arrived are sent again as they are (`outbox`); what was surely refused is gathered anew
    under the same Message-ID. What its reader may not see any more is cancelled; what cannot be worded leaves the
    group and is tried on its own. A group of one is no group.
    """
    if lead.rhythm not in GATHERED or lead.frozen is not None:
        return
    others = Message.objects.select_for_update(skip_locked=True, of=("self",)).due(at).exclude(pk=lead.pk)
    rows = others.filter(to=lead.to, rhythm=lead.rhythm, attempts=0).select_related("event__detail")[: MOST - 1]
    lines = {row.pk: (row, line) for row in [lead, *rows] if (line := _line_of(row)) is not None}
    if lead.pk not in lines or len(lines) == 1:
        return
    groups = grouped(lines.values())
    try:
        with transaction.atomic():
            lead.frozen = _words(lead, groups)
    except Exception:
        logger.exception("a gathered mail could not be worded; its parts go one by one")
        return
    lead.save(update_fields=["frozen"])
    Message.objects.filter(pk__in=[key for key in lines if key != lead.pk]).update(led_by=lead)


def grouped(rows: Iterable[tuple[Message, Line]]) -> list[Group]:
    """Return lines by what they are about: equal ones merged, the newest first, and the groups likewise."""
    groups: dict[str, tuple[Group, dict[tuple[str, str], Line]]] = {}
    for row, line in sorted(rows, key=lambda pair: (pair[1].at, pair[0].pk), reverse=True):
        key = row.about or f"{row.kind}:{row.subject_id}"
        if key not in groups:
            groups[key] = (Group(title_of(key)), {})
        merged = groups[key][1]
        known = merged.get((line.words, line.path))
        merged[line.words, line.path] = Line(line.words, line.path, known.at, known.times + 1) if known else line
    for group, merged in groups.values():
        group.lines = list(merged.values())
    return [group for group, _merged in groups.values()]


def title_of(about: str) -> str:
    """Return what "cluster:7" is called."""
    code, _colon, pk = about.partition(":")
    subject = kinds.resolve(code, int(pk)) if pk.isdigit() else None
    return str(subject) if subject is not None else ""


def _line_of(row: Message) -> Line | None:
    """Return the line of one row; None when it does not stand in the group."""
    try:
        with transaction.atomic(), translation.override(language_of(row)):
            subject = None
            if row.subject_id is not None:
                subject = kinds.visible(row.kind, row.to).filter(pk=row.subject_id).first()
                if subject is None:
                    row.state = MessageState.CANCELLED
                    row.save(update_fields=["state"])
                    return None
            return Line(headline(row, subject), lasting_path(subject, row), row.shown_at)
    except Exception:
        logger.exception("mail %s (%s) could not be worded", row.pk, row.template)
        row.rhythm = Rhythm.AT_ONCE
        row.save(update_fields=["rhythm"])
        return None


def _words(lead: Message, groups: list[Group]) -> dict[str, str]:
    language = language_of(lead)
    with translation.override(language):
        count = sum(len(group.lines) for group in groups)
        context: dict[str, Any] = {
            "language": language,
            "groups": groups,
            "first": groups[0].lines[0].words,
            "more": count - 1,
            "rhythm": lead.rhythm,
            "recipient": lead.to.member if lead.to else None,
            "site_url": settings.SITE_URL,
            "url": settings.SITE_URL + reverse("community:notifications"),
            "programme_name": settings.PROGRAMME_NAME,
        }
        return words_of("community/digest", context)
