"""What commenting on a proposal asks, and until when comments are asked for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clusters.forms.proposal_fields import Prose
from clusters.forms.room import MOST_SIGNS
from community.forms.dates import DayField


class ProposalCommentForm(forms.Form):
    """A comment, or an answer to one."""

    text = Prose(
        label=_("Comment"),
        limit=MOST_SIGNS,
        rows=4,
        help_text=_("Everybody who sees the proposal reads it; proposer and lead are told."),
        error_messages={"required": _("Write your comment first.")},
    )
    reply_to = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


class CommentsUntilForm(forms.Form):
    """The last day on which comments are asked for; empty asks no more."""

    until = DayField(
        label=_("Ask for comments until"),
        required=False,
        help_text=_("The day itself counts. Later comments are possible and marked late. Empty: no day."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Give the field an id of its own on a page with other forms."""
        super().__init__(*args, **{"auto_id": "id_comments_%s", **kwargs})
