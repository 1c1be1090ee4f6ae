"""Loading a chain for a reader: where the link is not visible, there is no chain (404)."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import Http404
from django.utils.translation import gettext as _

from community.models import User
from results.chain.walk import Chain, chain_of
from results.contributions import chain_kinds

#: The highest key that a database holds.
_HIGHEST = 2**63 - 1


def get_chain(kind: str, pk: int, user: User | AnonymousUser | None) -> Chain:
    """Return the chain of one link as `user` sees it.

    Raises:
        Http404: no links of that kind stand in chains, there is none of that key, or it is not visible.
    """
    chain = None
    if kind in chain_kinds.codes() and pk <= _HIGHEST:
        chain = chain_of(chain_kinds.get(kind), pk, user)
    if chain is None:
        raise Http404(_("There is no such page, or it is not open to you."))
    return chain
