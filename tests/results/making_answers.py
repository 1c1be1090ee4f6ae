"""What the adopting organisation types into the form of a confirmation, and who may."""

from __future__ import annotations

from typing import Any

from community.models import Member
from results.models import Uptake
from tests.factories import make_affiliation


def form(uptake: Uptake, **values: Any) -> dict[str, Any]:
    """Return what confirms the uptake, with some values changed."""
    return {
        "seen_statement": uptake.statement,
        "answer": "confirmed",
        "person_name": "Mira Horvat",
        "function": "Head of water",
        "speaks_for": "on",
        "document_number": "2026/17",
        "rights_holder": "Water Board of the Bay",
        **values,
    }


def let_work_for_adopter(member: Member, uptake: Uptake) -> None:
    """Have somebody work for the organisation that has it in use."""
    make_affiliation(member, uptake.organisation)
