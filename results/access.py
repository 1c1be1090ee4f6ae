"""Loading what results shows by its code: what is not shown is not there (404)."""

from __future__ import annotations

from django.http import Http404
from django.utils.translation import gettext as _

from results.models import Indicator


def get_indicator(code: str) -> Indicator:
    """Return the shown indicator of a code, in whatever case it is written.

    Raises:
        Http404: there is none, or it is not shown.
    """
    found = Indicator.objects.shown().filter(code=code.upper()).first()
    if found is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return found
