"""Giving a working group a new title while its old ones stay known."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.events import record
from community.models import User, WorkingGroup, WorkingGroupTitle
from community.permissions import Refusal
from community.visibility import is_administrator


@transaction.atomic
def retitle(*, working_group: WorkingGroup, title: str, from_on: date, by: User, source: str = "") -> WorkingGroup:
    """Give a group the title that holds from `from_on`; the one before ends on the day before; one event.

    A title that holds since today alone is written over, because it is a mistake of today: it never stood among the
    titles over time, and the event keeps it. A no-op when the group is called so already.

    Raises:
        Refusal: `by` is no administrator, or the day is not after the beginning of the present title.
        ValidationError: the title is empty, too long or holds signs that are not allowed.
    """
    if not is_administrator(by):
        raise Refusal(_("Only an administrator renames working groups."), "forbidden")
    group = WorkingGroup.objects.select_for_update().get(pk=working_group.pk)
    if group.title == title:
        return group
    present = group.titles.filter(until_on=None).first()
    row = WorkingGroupTitle(working_group=group)
    if present is not None and present.from_on == from_on == timezone.localdate():
        row = present
    elif present is not None:
        if present.from_on is not None and from_on <= present.from_on:
            raise Refusal(_("The present title holds since that day or later. Give a later day."))
        present.until_on = from_on - timedelta(days=1)
        present.save(update_fields=["until_on"])
    row.title, row.from_on, row.source = title, from_on, source or row.source
    row.full_clean()
    row.save()
    before, group.title = group.title, title
    group.full_clean()
    group.save(update_fields=["title"])
    record(verb="retitle", subject=group, by=by, data={"from": from_on}, detail={"title": [before, title]})
    return group
