"""The table's rows of "My data": everybody who is signed in as a person, each their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from clusters.choices import State
from clusters.models import Cluster
from community.actions.erasure import ask_erasure
from community.actions.own_data import ask_correction
from community.events import record
from community.models import File
from tests import factories as make
from tests.cast import Cast, make_cluster
from tests.matrix.answers import OUT, SIGNED_IN_NO_METHOD, STRANGERS, Row, page, who
from tests.matrix.places import make_file, nowhere, of

#: An account without a person has none.
OWN = who(200, (302, OUT), (403, "superuser"))
SENT_EMPTY = who(422, (302, OUT), (403, "superuser"))
PRESSED = who(302, (403, "superuser"))

#: Administrators alone.
ADMINISTRATORS = who(403, (302, OUT), (200, "admin"))
#: They, too, are asked for their password first, and led on.
ASKED_AGAIN = who(403, (302, f"{OUT} admin"))


def asks(role: str, kind: str) -> Any:
    """Return the address of what somebody asks about their data."""

    def place(cast: Cast) -> dict[str, Any]:
        by = cast.user(role)
        asked = ask_erasure(by=by) if kind == "erasure" else ask_correction(by=by, text="I work in Split now.")
        return {"pk": asked.pk}

    return place


def old_file(cast: Cast) -> dict[str, Any]:
    """Return evidence whose retention date is over."""
    cluster = make_cluster(cast, State.RUNNING)
    project = make.make_project("LONG PAID", last_payment_on=date(2015, 3, 1))
    Cluster.objects.filter(pk=cluster.pk).update(owning_project=project)
    file = make_file(cast, cluster)
    File.objects.filter(pk=file.pk).update(retain_until=date(2020, 12, 31))
    return {"pk": file.pk}


def old_file_there(cast: Cast) -> dict[str, Any]:
    """Return nothing, with such a file there."""
    old_file(cast)
    return {}


def untold_there(cast: Cast) -> dict[str, Any]:
    """Return nothing, with somebody there whom an administrator entered and no mail reaches."""
    silent = make.make_member("Silent Person", account=False)
    with transaction.atomic():
        record(verb="add_member", subject=silent, by=cast.user("admin"), data={"fields": ["name"]})
    return {}


OWN_DATA = (
    page("community:processing"),
    # The press asks again for the password; who has none is told to sign in anew.
    Row("community:my_data_erase", nowhere, get=OWN, post=who(302, (403, STRANGERS))),
    Row("community:my_data_keep", nowhere, get=SIGNED_IN_NO_METHOD, post=PRESSED),
    Row("community:data_requests", nowhere, get=ADMINISTRATORS, post=SIGNED_IN_NO_METHOD),
    Row(
        "community:data_request",
        asks("member", "correction"),
        get=ADMINISTRATORS,
        post=who(403, (302, OUT), (422, "admin")),
        case="a correction",
    ),
    Row(
        "community:data_request",
        asks("member", "erasure"),
        get=who(403, (302, f"{OUT} admin")),
        post=who(403, (302, OUT), (422, "admin")),
        case="an erasure, which has a page of its own",
    ),
    Row(
        "community:erase_person",
        lambda cast: {"key": cast.member("member").key},
        get=ASKED_AGAIN,
        post=ASKED_AGAIN,
        case="asks again for the password",
    ),
    Row(
        "community:erasure_letter",
        lambda cast: {"key": cast.member("member").key},
        get=ASKED_AGAIN,
        post=ASKED_AGAIN,
        case="asks again for the password",
    ),
    Row("community:retention", nowhere, get=ADMINISTRATORS, post=SIGNED_IN_NO_METHOD),
    Row("community:retention", old_file_there, get=ADMINISTRATORS, post=SIGNED_IN_NO_METHOD, case="a file may go"),
    Row("community:retention", untold_there, get=ADMINISTRATORS, post=SIGNED_IN_NO_METHOD, case="somebody is untold"),
    Row(
        "community:retention_let_go",
        old_file,
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, f"{OUT} admin")),
    ),
    # Without a word how they were told nothing is kept, and the list says so.
    Row(
        "community:retention_told",
        lambda cast: {"pk": cast.member("member").pk},
        get=SIGNED_IN_NO_METHOD,
        post=who(403, (302, f"{OUT} admin")),
    ),
    Row("community:my_data", nowhere, get=OWN, post=SIGNED_IN_NO_METHOD),
    Row("community:my_data_export", of(form="json"), get=OWN, post=SIGNED_IN_NO_METHOD),
    Row("community:my_data_export", of(form="zip"), get=OWN, post=SIGNED_IN_NO_METHOD, case="tables"),
    Row("community:my_data_correct", nowhere, get=OWN, post=SENT_EMPTY),
    Row("community:my_data_request", nowhere, get=OWN, post=SENT_EMPTY),
    Row("community:my_data_consent", of(purpose="public"), get=SIGNED_IN_NO_METHOD, post=PRESSED),
)
