"""What stands at the addresses of results: uptakes in a state that gives each a meaning, and their questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile

from clusters.choices import State
from community import links
from community.choices import LinkState
from results.actions.confirmation import ask_adopter
from results.actions.evidence import add_uptake_file
from results.querysets.confirmation import PURPOSE
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import Place
from tests.results.making import ADDRESS, answered, make_uptake


def uptake(state: str = "in_use", **more: Any) -> Place:
    """Return an uptake of a running cluster."""
    values = {name: more.pop(name) for name in ("is_disclosed",) if name in more}

    def made(cast: Cast) -> dict[str, Any]:
        row = make_uptake(cast, make_cluster(cast, State.RUNNING), state=state, **values)
        return {"pk": row.pk, **more}

    return made


def file(visibility: str) -> Place:
    """Return a file that the lead keeps with an uptake."""

    def made(cast: Cast) -> dict[str, Any]:
        row = make_uptake(cast, make_cluster(cast, State.RUNNING))
        rights = {"rights_holder": "Region of the Gulf", "licence": "CC BY 4.0", "is_free_for_eu_use": True}
        content = ContentFile(b"31 wells", "wells.txt")
        given = {"title": "Wells", "visibility": visibility, **rights}
        kept = add_uptake_file(uptake=row, by=cast.user("lead"), content=content, **given)
        return {"pk": row.pk, "file": kept.pk}

    return made


def question(answer: str = "") -> Place:
    """Return a question to the adopting organisation, answered where an answer is given."""

    def made(cast: Cast) -> dict[str, Any]:
        row = make_uptake(cast, make_cluster(cast, State.RUNNING))
        asked = ask_adopter(uptake=row, by=cast.user("lead"), address=ADDRESS)
        if answer:
            _link, token = links.mint(PURPOSE, subject=asked, address=ADDRESS, by=None)
            answered(f"/confirm/{token}/", answer, said="Two gauges more.")
        return {"pk": row.pk, "question": asked.pk}

    return made


def confirm_link(state: str = LinkState.OPEN) -> Place:
    """Return the link of a question to the adopting organisation."""

    def made(cast: Cast) -> dict[str, Any]:
        row = make_uptake(cast, make_cluster(cast, State.RUNNING))
        asked = ask_adopter(uptake=row, by=cast.user("lead"), address=ADDRESS)
        ends = NOW + timedelta(days=-1 if state == LinkState.EXPIRED else 60)
        _link, token = links.mint(PURPOSE, subject=asked, address=ADDRESS, by=None, expires_at=ends)
        if state == LinkState.REVOKED:
            links.revoke_for(asked)
        return {"token": token}

    return made
