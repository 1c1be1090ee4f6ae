"""Needs: questions that members raise, and the others who say "me too"."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import OPEN_NEEDS, NeedStatus, Urgency
from community.models.fields import LineField, ProseField
from community.models.member import Member
from community.models.organisation import Organisation
from community.models.term import Term
from community.models.territory import Territory
from community.querysets.catalogue import NeedQuerySet


class Need(models.Model):
    """A question to which a member of the community looks for an answer."""

    question = LineField(_("question"), max_length=200)
    description = ProseField(_("description"), max_length=2000, blank=True)
    raised_by = models.ForeignKey(Member, verbose_name=_("raised by"), on_delete=models.PROTECT, related_name="needs")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="needs",
    )
    territories = models.ManyToManyField(Territory, verbose_name=_("territories"), related_name="needs", blank=True)
    challenges = models.ManyToManyField(
        Term,
        verbose_name=_("challenges"),
        related_name="needs",
        limit_choices_to={"vocabulary": "challenge"},
        blank=True,
    )
    solution_types = models.ManyToManyField(
        Term,
        verbose_name=_("wanted types of solution"),
        related_name="wanting_needs",
        limit_choices_to={"vocabulary": "solution_type"},
        blank=True,
    )
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency, default=Urgency.NORMAL)
    status = models.CharField(_("status"), max_length=10, choices=NeedStatus, default=NeedStatus.OPEN)
    #: A person said how far it is; what clusters do changes it no longer.
    is_set_by_hand = models.BooleanField(default=False, editable=False)
    status_note = LineField(_("note on the status"), max_length=300, blank=True)
    search_text = models.TextField(_("folded text"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    raised_at = models.DateTimeField(_("raised at"), default=timezone.now, editable=False)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["-raised_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(status__in=NeedStatus.values), name="need_known_status"),
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def is_open(self) -> bool:
        """Whether nothing has answered it yet, taken up or not."""
        return self.status in OPEN_NEEDS


class MeToo(models.Model):
    """Another member has the same need."""

    need = models.ForeignKey(Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="me_toos")
    member = models.ForeignKey(Member, verbose_name=_("member"), on_delete=models.PROTECT, related_name="me_toos")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="me_toos",
    )
    note = LineField(_("note"), max_length=300, blank=True)
    said_at = models.DateTimeField(_("said at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("me too")
        verbose_name_plural = _("me too")
        ordering = ["said_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["need", "member"],
                name="metoo_once_per_member",
                violation_error_message=_("You said so already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}, {self.need}"
