"""Persons with a word of their own in each thing that is kept of them, and who may read which word where."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from clusters.actions.invitation import send_invitations
from clusters.actions.room import start_thread
from clusters.models import Cluster, PanelAnswer, PanelQuestion, Participation, Stage
from community import search
from community.choices import Vocabulary
from community.models import ExchangeWish, Liaison, Member, Term
from results.actions.confirmation import ask_adopter
from results.models import Uptake
from tests import factories as make
from tests.cast import ROLES, Cast
from tests.factories import NOW

#: Who agreed to nothing, to the directory alone, to public pages alone; and whose address alone somebody typed.
NAMES: Final = {
    "hidden": "Quirinus Vogelsang",
    "directory": "Ottokar Lindqvist",
    "public": "Perpetua Halloran",
    "typed": "Typhoeus Ravndal",
}
AGREED: Final[dict[str, tuple[str, ...]]] = {"directory": ("directory",), "public": ("public",)}
FIELDS: Final = ("address", "sorted", "about", "function", "former", "language", "expertise")
#: Who reads the directory, who works on the cluster of all canaries, and who keeps its invitations. Who left the
#: community ("former") is none of them.
COMMUNITY: Final = frozenset(ROLES) - {"visitor", "deactivated", "external", "other_external", "superuser"}
WORKING: Final = COMMUNITY - {"member", "other_lead"} | {"external"}
KEEPING: Final = COMMUNITY - {"member", "other_lead", "participant", "proposer", "other_coordinator", "stand_in"}
#: Pages of a cluster's work, which name everybody to who works on it, and what its documents are read at.
WORK: Final = (
    *("/clusters/", "/uptakes/", "/reviews/", "/review/", "/panel/", "/chain/", "/liaisons/cluster/"),
    *("/desk/", "/notifications/", "/reminders/"),
)
DOCUMENTS: Final = ("/factsheets/", "/feeds/", "/reports/", "/policy/")
FILES: Final = (".pdf", ".zip", ".docx", "/factsheet/")
#: Where administrators read addresses and names to sort by.
ADMINISTRATION: Final = ("/admin/", "/data-requests/", "/outbox/")


def word(field: str, who: str) -> str:
    """Return the word that stands in one field of one person, and nowhere else."""
    return f"{field}-of-{who}" + ("@hidden.example" if field == "address" else "")


def make_canary(cast: Cast, who: str) -> Member:
    """Make one of the persons: a member who coordinated another group and worked elsewhere before."""
    term = make.make_term(
        Vocabulary.EXPERTISE, code=word("expertise", who), label=word("expertise", who), is_retired=True
    )
    person = make.make_member(
        NAMES[who],
        account={"email": word("address", who)},
        consents=AGREED.get(who, ()),
        expertise=(term,),
        sort_name=word("sorted", who),
        about=f"Knows {word('about', who)}.",
        languages=[word("language", who)],
    )
    make.make_affiliation(person, cast.organisation, function=word("function", who), from_on=date(2025, 1, 1))
    before = make.make_organisation(f"Place before, {who}")
    until = date(2024, 12, 31)
    make.make_affiliation(person, before, function=word("former", who), until_on=until)
    make.make_appointment(person, cast.other_group, until_on=until)
    search.index(person)
    cast.people[who], cast.accounts[who] = person, person.user  # type: ignore[assignment]
    return person


def involve(cast: Cast, cluster: Cluster, term: Term) -> None:
    """Let all but the last take part in a running cluster, and in what is around it."""
    asker = cast.member("hidden")
    question = PanelQuestion.objects.create(cluster=cluster, asked_by=asker, text="Which rope holds?", state="open")
    for number, who in enumerate(("hidden", "directory", "public")):
        person = cast.member(who)
        if not cluster.participations.filter(member=person).exists():
            Participation.objects.create(cluster=cluster, member=person, organisation=cast.partner, status="active")
        Stage.objects.create(cluster=cluster, position=10 + number, title=f"Stage {number}", responsible=person)
        start_thread(cluster=cluster, by=cast.user(who), title=f"Talk {number}", text="Two tables.")
        PanelAnswer.objects.create(question=question, asked=person, reason="Knows ropes.", credit="named")
        need = make.make_need(f"What keeps harbour {number} calm?", raised_by=person, organisation=cast.organisation)
        make.make_me_too(make.make_need(f"And harbour {number}?", raised_by=cast.member("typed")), person)
        need.challenges.add(term)
        make.make_solution(f"Harbour method {number}", contact=person).challenges.add(term)
        make.make_exchange(f"Harbour buoys {number}", by=person).challenges.add(term)
        make.make_exchange(f"Harbour chains {number}", asked_by=person, status="agreed")
        ExchangeWish.objects.create(exchange=make.make_exchange(f"Harbour ropes {number}"), member=person, note="Yes")
        Liaison.objects.create(network=f"Harbour forum {number}", working_group=cast.group, kept_by=person)


def type_addresses(cast: Cast, cluster: Cluster, uptake: Uptake) -> None:
    """Let a coordinator invite, and ask to confirm, an address that belongs to a member whom nobody sees."""
    given: dict[str, Any] = {"by": cast.user("coordinator"), "at": NOW}
    send_invitations(cluster=cluster, text=word("address", "typed"), purpose="Knows the gauges", **given)
    ask_adopter(uptake=uptake, address=word("address", "typed"), **given)


def may_read(role: str, who: str, field: str, path: str) -> bool:
    """Tell whether somebody of a role may find a word of a person in what stands at an address."""
    if field == "name":
        return _may_read_name(role, who, path)
    if field in ("address", "sorted"):
        is_kept = role == "admin" and path.startswith(ADMINISTRATION)
        was_typed = (field, who) == ("address", "typed") and role in KEEPING
        return is_kept or (was_typed and path.startswith(("/clusters/", "/uptakes/")))
    return role == "admin" or (who == "directory" and role in COMMUNITY)


def _may_read_name(role: str, who: str, path: str) -> bool:
    if path.startswith(DOCUMENTS) or path.endswith(FILES):
        return False
    agreed = who == "public" or (who == "directory" and role in COMMUNITY) or role == "admin"
    return agreed or (who != "typed" and role in WORKING and path.startswith(WORK))


def given_away(role: str, read: dict[str, str]) -> list[str]:
    """Return each word that somebody of a role reads and may not, with the address where it stands."""
    words = {(who, field): word(field, who) for who in NAMES for field in FIELDS}
    words |= {(who, "name"): name for who, name in NAMES.items()}
    return [
        f"{role} reads the {field} of {who} at {path}"
        for path, text in read.items()
        for (who, field), secret in words.items()
        if secret not in path and secret in text and not may_read(role, who, field, path)
    ]
