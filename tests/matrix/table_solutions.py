"""The rows of the catalogue of solutions."""

from __future__ import annotations

from community.choices import FileVisibility
from tests.matrix import places, places_community
from tests.matrix.answers import EVERYBODY, GONE, OUT, STRANGERS, Row, page, who
from tests.matrix.places import nowhere
from tests.matrix.places_community import own_solution, solution_file

#: Who works for a partner of the solution's project, and who coordinates, of the whole cast.
PARTNERS = "member participant proposer lead deputy_lead other_lead"
COORDINATORS = "coordinator other_coordinator stand_in coordinator_proposer mission_coordinator"
WRITERS = f"{PARTNERS} {COORDINATORS} admin"

SOLUTIONS = (
    page("community:solutions"),
    page("community:solution", places_community.solution),
    page("community:solution", own_solution("draft"), who(404, (200, WRITERS)), case="a draft"),
    Row(
        "community:solution_create",
        nowhere,
        get=who(403, (302, OUT), (200, WRITERS)),
        post=who(403, (302, OUT), (422, WRITERS)),
    ),
    Row(
        "community:solution_update",
        own_solution("draft"),
        get=who(404, (302, OUT), (200, WRITERS)),
        post=who(404, (302, OUT), (422, WRITERS)),
        case="a draft",
    ),
    Row(
        "community:solution_update",
        own_solution("published"),
        get=who(403, (302, OUT), (200, WRITERS)),
        post=who(403, (302, OUT), (422, WRITERS)),
    ),
    Row(
        "community:solution_verb",
        own_solution("submitted", verb="publish"),
        get=who(404, (302, OUT), (403, f"{PARTNERS} admin"), (200, COORDINATORS)),
        post=who(404, (302, OUT), (403, f"{PARTNERS} admin"), (409, COORDINATORS)),
    ),
    Row(
        "community:solution_contact",
        own_solution("published"),
        get=who(200, (403, "lead")),
        post=who(302, (422, f"{OUT} {STRANGERS}"), (403, "lead")),
        data={"text": "Which wood do you take?"},
    ),
    Row("community:enquiry", places.of(token="x"), get=GONE, post=GONE, case="no such link"),
    Row("community:enquiry", places_community.enquiry, get=EVERYBODY, post=EVERYBODY, case="open"),
    Row(
        "community:solution_files",
        own_solution("published"),
        get=who(403, (302, OUT), (200, WRITERS)),
        post=who(403, (302, OUT), (422, WRITERS)),
    ),
    page("community:solution_file", solution_file(FileVisibility.PUBLIC), case="public"),
    page(
        "community:solution_file",
        solution_file(FileVisibility.COP),
        who(200, (404, f"{OUT} {STRANGERS}")),
        case="for the community",
    ),
    Row(
        "community:solution_file_remove",
        solution_file(FileVisibility.PUBLIC),
        get=who(403, (302, OUT), (200, WRITERS)),
        post=who(403, (302, f"{OUT} {WRITERS}")),
    ),
)
