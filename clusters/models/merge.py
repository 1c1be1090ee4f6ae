"""A merge that one coordinator asked for and one of the other working group answers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clusters.choices import MergeStatus
from clusters.models.cluster import Cluster
from clusters.querysets.merge import MergeRequestQuerySet
from community.validators import plain_text


class MergeRequest(models.Model):
    """One coordinator asks that `cluster` goes into `into`; the answer is somebody else's.

    At most one is open for a cluster. The merge itself is a verb of the cluster's life.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="merge_requests")
    into = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="merge_requests_in")
    status = models.CharField(_("status"), max_length=10, choices=MergeStatus, default=MergeStatus.OPEN)
    reason = models.TextField(_("reason"), max_length=2000, validators=[plain_text])
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_reason = models.TextField(_("reason of the answer"), max_length=2000, blank=True, validators=[plain_text])

    objects = MergeRequestQuerySet.as_manager()

    class Meta:
        """One open request a cluster; nobody agrees with themselves."""

        verbose_name = _("asked merge")
        verbose_name_plural = _("asked merges")
        ordering = ("-asked_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster"], condition=Q(status=MergeStatus.OPEN), name="merge_request_one_open"
            ),
            models.CheckConstraint(name="merge_request_known_status", condition=Q(status__in=MergeStatus.values)),
            models.CheckConstraint(name="merge_request_other_cluster", condition=~Q(cluster=F("into"))),
            models.CheckConstraint(
                name="merge_request_four_eyes",
                condition=~Q(status=MergeStatus.AGREED) | Q(answered_by__isnull=False) & ~Q(answered_by=F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        """Return which cluster goes into which."""
        return f"{self.cluster.name} → {self.into.name}"
