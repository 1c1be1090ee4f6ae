"""Who answers for the personal data, and on which basis: what the controller states by settings, for the two pages."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from community.contributions import Words
from community.made_files import DAYS_KEPT

#: By `PROCESSING_BASIS`; where it is empty, both that the law has for it.
BASES: Final[dict[str, Words]] = {
    "": _("Public task or contract (Art. 6(1)(e) or (b)); the controller has not stated which one here"),
    "public_task": _("Public task (Art. 6(1)(e))"),
    "contract": _("Contract (Art. 6(1)(b))"),
}


def stated() -> dict[str, Any]:
    """Return what both pages show: controller, officer, basis, contact, and the times that the settings give."""
    return {
        "controller": settings.CONTROLLER,
        "officer": settings.DATA_PROTECTION_OFFICER,
        "basis": BASES[settings.PROCESSING_BASIS],
        "contact": settings.DEFAULT_FROM_EMAIL,
        "removed_file_days": settings.REMOVED_FILE_DAYS,
        "made_file_days": DAYS_KEPT,
    }
