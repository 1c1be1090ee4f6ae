"""Reads of questions from outside."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models

from community.choices import EnquiryStatus

if TYPE_CHECKING:
    from community.models import Enquiry, Solution


class EnquiryQuerySet(models.QuerySet["Enquiry"]):
    """Questions from outside, newest first."""

    def waiting(self) -> Self:
        """Keep those whose link was not pressed yet."""
        return self.filter(status=EnquiryStatus.WAITING)

    def asked_since(self, moment: datetime) -> Self:
        """Keep those that were asked after a moment, whatever became of them."""
        return self.filter(asked_at__gt=moment)

    def about(self, solution: Solution) -> Self:
        """Keep those about a solution."""
        return self.filter(solution=solution)

    def unconfirmed(self) -> Self:
        """Keep those that their writer did not confirm: they wait, ran out or were taken back."""
        return self.exclude(status=EnquiryStatus.PASSED_ON)

    def passed_on_since(self, moment: datetime) -> Self:
        """Keep those that reached the contact after a moment."""
        return self.filter(status=EnquiryStatus.PASSED_ON, ended_at__gt=moment)

    def ended_at_newest(self, number: int) -> datetime | None:
        """Return when the so-many-th newest of them ended; None where there are fewer."""
        ends = self.exclude(ended_at=None).order_by("-ended_at", "-pk").values_list("ended_at", flat=True)
        return ends[number - 1 : number].first()

    def ended_before(self, moment: datetime) -> Self:
        """Keep those that ended before a moment and still name who asked."""
        return self.filter(ended_at__lte=moment).exclude(address="", name="", organisation="")
