"""Who of those who may decide looks at a proposal."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from clusters.models.cluster import Cluster
from community.models import Member


class ReviewAssignment(models.Model):
    """One coordinator looks at `cluster` and the others need not; history keeps who did before.

    It gives no right: everybody who may decide still may. The row goes when nobody looks at it any more.
    """

    cluster = models.OneToOneField(Cluster, on_delete=models.CASCADE, related_name="review_assignment")
    member = models.ForeignKey(
        Member, verbose_name=_("looks at it"), on_delete=models.PROTECT, related_name="review_assignments"
    )
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    assigned_at = models.DateTimeField(_("since"))

    class Meta:
        """The oldest first."""

        verbose_name = _("assigned proposal")
        verbose_name_plural = _("assigned proposals")
        ordering = ("assigned_at", "pk")

    def __str__(self) -> str:
        """Return which cluster; names are for those who may see them."""
        return self.cluster.name
