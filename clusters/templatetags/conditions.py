"""The conditions of an approval, for whoever reads the page."""

from __future__ import annotations

from django import template
from django.contrib.auth.models import AnonymousUser

from clusters.models import Cluster
from clusters.tables import condition

register = template.Library()


@register.simple_tag(takes_context=True)
def conditions_of(context: template.Context, cluster: Cluster) -> condition.Conditions:
    """Return the conditions with the buttons of the reader: `{% conditions_of cluster as listed %}`."""
    request = context.get("request")
    user = request.user if request is not None else AnonymousUser()
    return condition.conditions_of(cluster, user=user)
