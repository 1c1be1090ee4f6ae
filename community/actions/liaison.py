"""Keeping contact with networks outside: entering a liaison, changing and ending it. None is deleted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import kinds
from community.actions.twins import refuse_other_words
from community.events import record
from community.models import Liaison, User, WorkingGroup
from community.permissions import Refusal
from community.rules.liaison import can_keep_liaisons, subject_of

STALE = _("Somebody saved this liaison while you were writing. Your text is still here: compare, then save again.")
KEPT = _("Contact with this network is kept already. Open that liaison and change it there: nothing is entered yet.")
ENDED = _("This liaison has ended. Enter it anew if contact is kept again.")
#: Columns that a form sets.
FIELDS: Final = ("network", "organisation", "what_for", "kept_by", "from_on")


@transaction.atomic
def keep_liaison(*, subject: models.Model, by: User, values: Mapping[str, Any]) -> Liaison:
    """Enter a network with which a working group or cluster keeps contact; one event.

    A no-op that returns the first one when the subject keeps that network already, with the same words (a form sent
    twice).

    Raises:
        Refusal: the person keeps no liaisons of this subject, or it keeps this network already and says otherwise.
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    kept: models.Model = type(subject)._default_manager.select_for_update(of=("self",)).get(pk=subject.pk)
    if not (verdict := can_keep_liaisons(by, kept)):
        raise Refusal.of(verdict)
    kind = kinds.of(kept).code
    present = Liaison.objects.of_subject(kind, kept.pk).current(timezone.localdate())
    if (same := present.filter(network=values["network"]).first()) is not None:
        url = reverse("community:liaison_update", args=[same.pk])
        refuse_other_words(same, values, at="network", words=KEPT, url=url)
        return same
    liaison = Liaison()
    if isinstance(kept, WorkingGroup):
        liaison.working_group = kept
    else:
        liaison.kind, liaison.subject_id = kind, kept.pk
    _set(liaison, values)
    liaison.full_clean()
    liaison.save(force_insert=True)
    data = {"kept_of": [kind, kept.pk]}
    record(verb="keep_liaison", subject=liaison, by=by, data=data, detail={"network": liaison.network})
    return liaison


def _set(liaison: Liaison, values: Mapping[str, Any]) -> None:
    for name in FIELDS:
        setattr(liaison, name, values[name])


def _locked(liaison: Liaison, by: User) -> Liaison:
    """Return the row under its lock, for somebody who may change it while it holds.

    Raises:
        Refusal: the person may not, or it has ended.
    """
    row = Liaison.objects.select_for_update(of=("self",)).get(pk=liaison.pk)
    if not (verdict := can_keep_liaisons(by, subject_of(row))):
        raise Refusal.of(verdict)
    if row.until_on is not None and row.until_on < timezone.localdate():
        raise Refusal(ENDED, "state")
    return row


@transaction.atomic
def change_liaison(*, liaison: Liaison, by: User, seen_version: int, values: Mapping[str, Any]) -> Liaison:
    """Change what a liaison says; one event with the old and the new words. A no-op for the same values.

    Raises:
        Refusal: not allowed, it has ended, or somebody saved another version meanwhile (code "stale").
        ValidationError: a text is too long or holds signs that are not allowed.
    """
    row = _locked(liaison, by)
    if row.version != seen_version:
        raise Refusal(STALE, "stale")
    before = _plain(row)
    _set(row, values)
    changes = {name: [before[name], now] for name, now in _plain(row).items() if before[name] != now}
    if not changes:
        return row
    row.version += 1
    row.full_clean()
    row.save(update_fields=[*FIELDS, "version"])
    record(verb="change_liaison", subject=row, by=by, data={"version": row.version}, detail={"changes": changes})
    return row


def _plain(row: Liaison) -> dict[str, Any]:
    """Return what a liaison says as JSON values."""
    return {
        "network": row.network,
        "organisation": row.organisation_id,
        "what_for": row.what_for,
        "kept_by": row.kept_by_id,
        "from_on": row.from_on.isoformat() if row.from_on else "",
    }


@transaction.atomic
def end_liaison(*, liaison: Liaison, by: User, until_on: date) -> Liaison:
    """Note the last day of a liaison, which stays to be read; one event. A no-op for the same day.

    Raises:
        Refusal: not allowed, or it has ended already.
        ValidationError: the last day lies before the first.
    """
    row = _locked(liaison, by)
    if row.until_on == until_on:
        return row
    row.until_on = until_on
    row.version += 1
    row.full_clean()
    row.save(update_fields=["until_on", "version"])
    record(verb="end_liaison", subject=row, by=by, data={"until": until_on.isoformat()})
    return row
