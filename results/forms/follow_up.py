"""What the form of a follow-up asks of each uptake: is it confirmed, adapted, stopped, unknown?"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext

from clusters.choices import FollowUpAnswer
from clusters.contributions import FollowedUp
from clusters.models import Cluster
from community.models import User
from results.actions.follow_up import follow_up_uptakes
from results.actions.parts import title_of
from results.models import Uptake

_PREFIX = "uptake_"


def fields(cluster: Cluster, user: Any) -> dict[str, forms.Field]:
    """Return one field for each uptake that goes on and that `user` may read; one query."""
    rows = Uptake.objects.of_cluster(cluster).live().visible_to(user).select_related("solution", "organisation")
    choices = [("", gettext("Nothing said")), *FollowUpAnswer.choices]
    return {
        f"{_PREFIX}{uptake.pk}": forms.ChoiceField(label=title_of(uptake), required=False, choices=choices)
        for uptake in rows.order_by("pk")
    }


def write(cluster: Cluster, given: Mapping[str, Any], note: str, by: User | None, at: datetime) -> None:
    """Write what was said of each uptake."""
    answers = {int(name.removeprefix(_PREFIX)): value for name, value in given.items() if name.startswith(_PREFIX)}
    follow_up_uptakes(cluster=cluster, by=by, answers=answers, note=note, at=at)


FOLLOWED_UP = FollowedUp(fields, write, frozenset({FollowUpAnswer.ADAPTED, FollowUpAnswer.STOPPED}))
