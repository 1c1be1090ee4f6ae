"""Who answered for an adopting organisation, as an administrator corrects it at that person's wish."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Line
from community.forms.merging import MergingForm
from results.models import UptakeConfirmation


class AnswererForm(MergingForm):
    """Name and function; both are there in every answer."""

    opens_in_page = False

    person_name = Line(
        label=_("Name"),
        limit=120,
        help_text=_("Those who work on this cluster read it, and nobody else."),
        error_messages={"required": _("Give the name, or take the person out below.")},
    )
    function = Line(
        label=_("Function"),
        limit=120,
        help_text=_("It stands on the public page beside the organisation."),
        error_messages={"required": _("Give the function, or take the person out below.")},
    )

    def __init__(self, *args: Any, row: UptakeConfirmation, **kwargs: Any) -> None:
        """Start from what the answer says."""
        initial = {"person_name": row.person_name, "function": row.function, "seen_version": row.version}
        super().__init__(*args, ident="answerer", **{"auto_id": "id_%s", **kwargs, "initial": initial})
