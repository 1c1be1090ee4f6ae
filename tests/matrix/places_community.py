"""What stands at addresses of the community: needs, solutions, exchanges, liaisons, projects, people."""

from __future__ import annotations

from typing import Any

from django.core.files.base import ContentFile

from clusters.choices import State
from community import links
from community.actions.enquiry import ask_contact
from community.actions.invitation import PURPOSE
from community.actions.solution import add_solution_file
from community.choices import ConsentPurpose
from community.models import Liaison, Solution
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import Place


def need(cast: Cast) -> dict[str, Any]:
    """Return a need that the participant raised."""
    return {"pk": make.make_need(raised_by=cast.member("participant")).pk}


def solution(cast: Cast) -> dict[str, Any]:
    """Return a published solution."""
    return {"pk": cast.solution.pk}


def own_solution(status: str, **more: Any) -> Place:
    """Return a solution of a project whose partner most of the cast works for; the lead is its contact."""

    def made(cast: Cast) -> dict[str, Any]:
        project = cast.organisation.partnerships.get().project
        published_at = NOW if status == "published" else None
        row = make.make_solution(
            f"Dune fences {Solution.objects.count()}",
            project=project,
            status=status,
            published_at=published_at,
            contact=cast.member("lead"),
        )
        return {"pk": row.pk, **more}

    return made


def enquiry(cast: Cast) -> dict[str, Any]:
    """Return the link by which somebody without an account sends a question."""
    row = make.make_solution("Dune fences", contact=cast.member("lead"))
    asked = ask_contact(solution=row, address="sita@delta.example", name="Sita Marsh", text="Which wood?")
    _link, token = links.mint("enquiry", subject=asked, address=asked.address, by=None)
    return {"token": token}


def own_exchange(status: str = "offered", came: str = "", **more: Any) -> Place:
    """Return an exchange that the lead offers; `came` is what came of it."""
    given = {"status": status, "what_came_of_it": came}
    return lambda cast: {"pk": make.make_exchange("Buoys", by=cast.member("lead"), **given).pk, **more}


def a_challenge(cast: Cast) -> dict[str, Any]:
    """Return a challenge, which has a platform."""
    return {"code": make.make_term().code}


def liaison_place(kind: str, named: str = "") -> Place:
    """Return a liaison of the own group or of a running cluster; with `named` whose it is, to enter another one."""

    def made(cast: Cast) -> dict[str, Any]:
        if kind == "cluster":
            pk = make_cluster(cast, State.RUNNING).pk
            row = Liaison.objects.create(network="Harbours", kind=kind, subject_id=pk)
        else:
            pk = cast.group.pk
            row = Liaison.objects.create(network="Harbours", working_group=cast.group)
        return {"kind": kind, "pk": pk} if named else {"pk": row.pk}

    return made


def solution_file(visibility: str) -> Place:
    """Return a file of a published solution."""

    def made(cast: Cast) -> dict[str, Any]:
        place = own_solution("published")(cast)
        file = add_solution_file(
            solution=Solution.objects.get(pk=place["pk"]),
            by=cast.accounts["lead"],
            content=ContentFile(b"31 dunes", "dunes.txt"),
            title="Dunes",
            rights_holder="Region of the Gulf",
            licence="CC BY 4.0",
            is_free_for_eu_use=True,
            visibility=visibility,
        )
        return {**place, "file": file.pk}

    return made


def project(cast: Cast) -> dict[str, Any]:
    """Return a project."""
    return {"code": cast.solution.project.code}


def organisation(cast: Cast) -> dict[str, Any]:
    """Return an organisation."""
    return {"pk": cast.organisation.pk}


def working_group(cast: Cast) -> dict[str, Any]:
    """Return a working group."""
    return {"code": cast.group.code}


def member(*purposes: str) -> Place:
    """Return a person who agreed to be shown for these purposes."""

    def made(cast: Cast) -> dict[str, Any]:
        return {"key": make.make_member("Shown Person", consents=tuple(purposes)).key}

    return made


def invitation(cast: Cast) -> dict[str, Any]:
    """Return the open link by which somebody who is nobody of the cast chooses a password."""
    account = make.make_member("Invited Person", account={"password": None}).user
    assert account is not None
    _link, token = links.mint(PURPOSE, subject=account, user=account, by=cast.user("admin"))
    return {"token": token}


IN_DIRECTORY = member(ConsentPurpose.DIRECTORY)
IN_PUBLIC = member(ConsentPurpose.PUBLIC)
UNKNOWN = member()
