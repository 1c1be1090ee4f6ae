"""Targets that were entered by mistake."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from community.actions.entry import ADMINISTRATORS_ONLY
from community.events import record
from community.models import User
from community.permissions import Refusal
from community.visibility import is_administrator
from results.models import Indicator, Target

NO_REASON = _("Say why it was a mistake.")


@transaction.atomic
def remove_target(*, target: Target, reason: str, by: User) -> Indicator:
    """Take a target away that was a mistake; one event of its indicator keeps all that it said, and the reason.

    Its inverse is to enter it again: nothing refers to a target.

    Raises:
        Refusal: `by` is no administrator, or no reason is given.
    """
    if not is_administrator(by):
        raise Refusal(ADMINISTRATORS_ONLY, "forbidden")
    if not reason.strip():
        raise Refusal(NO_REASON, "reason")
    row = Target.objects.select_for_update(of=("self",)).select_related("indicator").get(pk=target.pk)
    data = {"target": row.pk, "project": row.project_id, "value": row.value, "due": row.due_on}
    detail = {"note": row.note, "reason": reason.strip()}
    record(verb="remove_target", subject=row.indicator, by=by, data=data, detail=detail)
    row.delete()
    return row.indicator
