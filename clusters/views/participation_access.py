"""The page on which the lead's side says what somebody may do in the room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from clusters.actions.participation_access import give_access
from clusters.forms.room import AccessForm
from clusters.models import Participation
from clusters.views.participation import PartView

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class AccessView(PartView):
    """`/clusters/<reference>/people/<pk>/access/`."""

    form_class = AccessForm
    template = "clusters/participation/access.html"

    def act(self, request: SignedInRequest, row: Participation, form: Any) -> str:
        """Give the access."""
        given = {"access": form.cleaned_data["access"], "seen": form.cleaned_data["seen_access"]}
        done = give_access(participation=row, by=request.user, **given)
        return _("In the room the person now: %(access)s.") % {"access": done.get_access_display()}
