"""A chain in words: its story, the ways on from each link, and what was left out for its length."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from results.chain.walk import MOST, Chain
from results.contributions import LinkKind, Node, chain_kinds
from results.pictures.chain import drawn

#: Titles longer than this are set smaller.
LONG = 60


@dataclass(frozen=True)
class Told:
    """One link of the story with its kind and the address of its own chain."""

    kind: LinkKind
    node: Node
    chain_url: str
    is_start: bool


def told(chain: Chain, on: date) -> dict[str, Any]:
    """Return what the page of a chain shows on the day `on`."""
    start = chain.start
    kind, name = chain_kinds.get(start.kind), _name(chain)
    return {
        "start": start,
        "kind": kind,
        "name": name,
        "is_long": len(name) > LONG,
        "lead": _lead(chain),
        "story": [_told(chain, node) for node in chain.story],
        "picture": drawn(chain, ident="chain-picture", on=on),
        "cut": [_cut(kind) for kind in chain.cut],
        "data_url": reverse("results:chain_data", args=[start.kind, start.pk]),
    }


def _told(chain: Chain, node: Node) -> Told:
    url = reverse("results:chain", args=[node.kind, node.pk])
    return Told(chain_kinds.get(node.kind), node, url, node.ref == chain.start.ref)


def _name(chain: Chain) -> str:
    """Return what the chain is of: an uptake by its solution and organisation, all else by its title."""
    start = chain.start
    solution = next((node for node in chain.nodes if start.kind == "uptake" and node.kind == "solution"), None)
    if solution is None:
        return start.title
    return _("%(solution)s, at %(organisation)s") % {"solution": solution.title, "organisation": start.title}


def _lead(chain: Chain) -> str:
    if len(chain.nodes) < 2:
        return _("Nothing is linked to it yet that you may see.")
    links = ngettext("%(count)d link", "%(count)d links", len(chain.nodes)) % {"count": len(chain.nodes)}
    if chain.days is None:
        return _("%(links)s, from cause to effect.") % {"links": links}
    words = ngettext("%(links)s in %(days)d day.", "%(links)s in %(days)d days.", chain.days)
    return words % {"links": links, "days": chain.days}


def _cut(kind: LinkKind) -> str:
    given = {"kind": str(kind.plural).lower(), "most": MOST}
    return _("There are more %(kind)s than the %(most)d shown; the pages of its links hold all.") % given
