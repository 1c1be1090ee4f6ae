"""Who takes part in a cluster, as what, for whom, and how it came about."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import LIVE_PARTICIPATIONS, Access, ParticipationRole, ParticipationStatus
from clusters.models.cluster import Cluster
from clusters.querysets.participation import ParticipationQuerySet
from community.models import Member, Organisation
from community.validators import plain_line, plain_text


class Participation(models.Model):
    """One member's part in a cluster on behalf of an organisation, or a wanted organisation.

    `wanted` has no member: it is mailed to nobody and is an open task of the lead.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="participations")
    member = models.ForeignKey(
        Member, verbose_name=_("member"), on_delete=models.PROTECT, null=True, blank=True, related_name="participations"
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
    )
    role = models.CharField(_("role"), max_length=13, choices=ParticipationRole, default=ParticipationRole.PARTICIPANT)
    status = models.CharField(_("status"), max_length=10, choices=ParticipationStatus)
    from_on = models.DateField(_("from"), null=True, blank=True)
    until_on = models.DateField(_("until"), null=True, blank=True)
    is_external = models.BooleanField(_("external partner"), default=False)
    access = models.CharField(_("access"), max_length=10, choices=Access, default=Access.CONTRIBUTE)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True, validators=[plain_line])
    message = models.TextField(_("message"), max_length=600, blank=True, validators=[plain_text])
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(_("reason"), max_length=600, blank=True, validators=[plain_text])

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        """One live participation per member and cluster; one current lead."""

        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        ordering = ("cluster_id", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "member"],
                condition=Q(status__in=sorted(LIVE_PARTICIPATIONS)),
                name="participation_live_once",
                violation_error_message=_("This person is in this cluster already."),
            ),
            models.UniqueConstraint(
                fields=["cluster"],
                condition=Q(role=ParticipationRole.LEAD, status=ParticipationStatus.ACTIVE),
                name="participation_one_lead",
            ),
            models.UniqueConstraint(
                fields=["cluster", "organisation"],
                condition=Q(status=ParticipationStatus.WANTED),
                name="participation_wanted_once",
                violation_error_message=_("This organisation is on the list already."),
            ),
            models.CheckConstraint(
                name="participation_wanted_is_organisation",
                condition=Q(status=ParticipationStatus.WANTED, member__isnull=True, organisation__isnull=False)
                | (~Q(status=ParticipationStatus.WANTED) & Q(member__isnull=False)),
            ),
            models.CheckConstraint(
                name="participation_until_on_or_after_from",
                condition=Q(until_on__isnull=True) | Q(from_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
            models.CheckConstraint(
                name="participation_status_known", condition=Q(status__in=ParticipationStatus.values)
            ),
            models.CheckConstraint(name="participation_access_known", condition=Q(access__in=Access.values)),
        ]
        indexes = [models.Index(fields=["member", "status"], name="participation_member_status")]

    def __str__(self) -> str:
        """Return role and status; names are for those who may see them."""
        return f"{self.get_role_display()}, {self.get_status_display()}"
