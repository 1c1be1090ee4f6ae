"""How the table is written: `who(403, (200, "lead deputy_lead"))` reads: 403, but 200 for the lead and the deputy.

The rules behind the numbers: without sign-in 302 to the sign-in page unless the page is public (a form that is sent
gets 403 with what was typed, which the test puts in itself); not visible is 404; visible but not allowed is 403.
Where nothing is sent along, 422 (a field is missing) or 409 (what was seen is
missing) says that the person may.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.cast import ROLES
from tests.matrix.places import Place, nowhere

Answers = dict[str, int]


def who(otherwise: int, *others: tuple[int, str]) -> Answers:
    """Return the status of every role."""
    answers = dict.fromkeys(ROLES, otherwise)
    for status, roles in others:
        for role in roles.split():
            assert role in answers, role
            answers[role] = status
    return answers


#: Those who are not signed in: a deactivated account counts for nothing.
OUT = "visitor deactivated"
#: Signed in, but no member of the community of practice. The superuser has no person and so no role.
STRANGERS = "external other_external superuser"
LEADS = "lead deputy_lead"
#: Coordinators of the responsible group, and of all groups.
GROUP = "coordinator coordinator_proposer mission_coordinator"
WORKERS = f"{LEADS} {GROUP}"

EVERYBODY = who(200)
NO_SUCH_METHOD = who(405)
#: The sign-in page comes before the method.
SIGNED_IN_NO_METHOD = who(405, (302, OUT))
GONE = who(404)
SIGNED_IN_GONE = who(404, (302, OUT))


def workers(status: int) -> Answers:
    """Return that those who work on a public cluster get `status`: lead, deputy, coordinators of its group."""
    return who(403, (302, OUT), (status, WORKERS))


@dataclass(frozen=True)
class Row:
    """One address with what stands there. `case` tells rows of one address apart."""

    name: str
    place: Place
    get: Answers
    post: Answers
    data: dict[str, Any] = field(default_factory=dict)
    case: str = ""

    @property
    def title(self) -> str:
        """The row in words."""
        return f"{self.name} ({self.case})" if self.case else self.name


def asked_to_sign_in(answers: Answers) -> Answers:
    """Return what a form sent to an address that asks for sign-in is answered: 403 where opening it leads there."""
    return {role: 403 if role in OUT.split() and status == 302 else status for role, status in answers.items()}


def page(name: str, place: Place = nowhere, get: Answers = EVERYBODY, case: str = "") -> Row:
    """Return the row of a public page that only shows."""
    return Row(name, place, get, NO_SUCH_METHOD, case=case)


MEMBERS_ONLY = who(200, (302, OUT), (403, STRANGERS))
MEMBERS_ONLY_NO_METHOD = who(405, (302, OUT), (403, STRANGERS))
