"""Who translates the texts of a cluster, and into which languages."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from clusters.choices import EDITABLE_STATES, PUBLIC_STATES, TEXT_LANGUAGES, Access, Capacity
from clusters.models import Cluster
from clusters.permissions import LEADS, can_edit_proposal, capacities
from clusters.rules.joining import access_of
from community.models import User
from community.permissions import ALLOWED, Verdict, refused

Anybody = User | AnonymousUser | None

#: Who translates whatever their own participation says.
_KEEPERS = frozenset(
    {Capacity.PROPOSER, Capacity.NAMED_LEAD, *LEADS, Capacity.COORDINATOR, Capacity.MISSION_COORDINATOR}
)
NO_TRANSLATOR = _(
    "Those who may write in this cluster translate its texts: its lead's side, who contributes in it, and its "
    "coordinators."
)
OVER = _("This proposal was not approved, so there is nothing to translate.")


@dataclass(frozen=True)
class Tongue:
    """A language by its code, its own name and its name in the reader's language."""

    code: str
    own: str
    name: str


def tongue(code: str) -> Tongue:
    """Return a language by its code; one that nobody knows is called by it."""
    try:
        found = get_language_info(code)
    except KeyError:
        return Tongue(code, code, code)
    return Tongue(code, found["name_local"], str(found["name_translated"]))


def languages_for(cluster: Cluster) -> list[Tongue]:
    """Return the languages into which a cluster may be translated: all but its own."""
    return [tongue(code) for code in TEXT_LANGUAGES if code != cluster.language]


def can_translate(user: Anybody, cluster: Cluster) -> Verdict:
    """Who writes in a proposal translates it; once approved, and after the end too, all who contribute do."""
    if cluster.state in EDITABLE_STATES:
        return can_edit_proposal(user, cluster)
    if cluster.state not in PUBLIC_STATES:
        return refused(OVER, "state")
    held = capacities(user or AnonymousUser(), cluster, timezone.localdate())
    if held & _KEEPERS or (Capacity.PARTICIPANT in held and access_of(user, cluster) == Access.CONTRIBUTE):
        return ALLOWED
    return refused(NO_TRANSLATOR, "forbidden")
