"""Every file that is issued or made, read to its last enclosed file: nobody in it who did not agree to be named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster, Participation
from community import jobs
from community.models import Job, Member
from factsheets.actions import report as reports
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from factsheets.models import CopReport, Edition
from tests import canaries
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.files_read import text_of
from tests.results.test_policy import adopted

pytestmark = pytest.mark.django_db

#: Who agreed to be named on documents: the proof that names are read where they stand.
NAMED = "Wilhelmina Bergstrøm"
EVERYDAY = ("visitor", "member")
#: Booklets are made for who is signed in; an account that was deactivated is nobody.
WITHOUT_BOOKLET = ("visitor", "deactivated")
TYPES = (".pdf", ".json", ".docx", "/")


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    """A world in which the hidden and the one who is named did the same: led, took part, wrote, adopted, reported."""
    cast = make_cast()
    for who in canaries.NAMES:
        canaries.make_canary(cast, who)
    named = make.make_member(NAMED, account={"email": "wilhelmina@named.example"}, consents=("named",))
    make.make_affiliation(named, cast.organisation)
    hidden = cast.member("hidden")
    make.make_appointment(hidden, cast.group)
    make.make_appointment(cast.member("directory"), None)
    for lead in (hidden, named):
        _concluded(cast, lead, (named, *map(cast.member, canaries.NAMES)))
    _reported(cast)
    return cast


def _concluded(cast: Cast, lead: Member, others: tuple[Member, ...]) -> Cluster:
    cluster = make_cluster(cast, State.CONCLUDED, lead=lead)
    for person in others:
        if not cluster.participations.filter(member=person).exists():
            Participation.objects.create(cluster=cluster, member=person, organisation=cast.partner, status="active")
    issue_factsheet(cluster=cluster, face=Face.BACKWARD, reason="conclude", by=cast.user("hidden"), at=NOW)
    return cluster


def _reported(cast: Cast) -> None:
    """Have a statement written, another adopt it, and a report sent, all by people who are named on no document."""
    usual = dict(cast.accounts)
    cast.accounts["coordinator"], cast.accounts["mission_coordinator"] = usual["hidden"], usual["directory"]
    adopted(cast, make_cluster(cast, State.RUNNING))
    cast.accounts.update(usual)
    by, day = cast.user("hidden"), NOW.date()
    draft = reports.begin_report(working_group=cast.group, from_on=day, until_on=day, by=by)
    reports.send_report(report=draft, by=by)
    for _round in range(3):
        jobs.run_due(NOW)


def files(client: Client, role: str) -> list[str]:
    """Return the address of every file: of documents, of many at once, and what the reader has made."""
    found = ["/factsheets/zip/", "/feeds/factsheets.atom", "/feeds/clusters.atom"]
    for edition in Edition.objects.select_related("issue"):
        path = f"/factsheets/{edition.reference}/v{edition.version}/{edition.language}"
        if edition.issue.kind == "statement":
            path = f"/policy/{edition.issue.subject_id}/v{edition.version}/{edition.language}"
        found += [f"{path}{end}" for end in TYPES]
    for report in CopReport.objects.sent():
        found += [f"/reports/{report.reference}{end}" for end in ("/", ".pdf", ".json", "/booklet.pdf")]
    for cluster in Cluster.objects.exclude(reference=None):
        found += [f"/clusters/{cluster.name}/{page}" for page in ("dossier.zip", "factsheet.pdf", "preview.pdf")]
    found += [f"{path}?format={kind}" for path in ("/clusters/", "/uptakes/") for kind in ("csv", "xlsx", "json")]
    return found if role in WITHOUT_BOOKLET else [*found, _booklet(client)]


def _booklet(client: Client) -> str:
    """Have a booklet of everything made, and return the address of its file."""
    job = Job.objects.get(pk=client.post("/factsheets/booklet/").headers["Location"].split("/")[-2])
    jobs.run(job.pk)
    return f"/factsheets/booklets/{job.subject_id}/booklet.pdf"


def test_no_file_names_who_did_not_agree(cast: Cast, tmp_path: Path) -> None:
    for role in EVERYDAY:
        check_files(role, cast, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("role", [role for role in ROLES if role not in EVERYDAY])
def test_no_file_of_any_role_does(role: str, cast: Cast, tmp_path: Path) -> None:
    check_files(role, cast, tmp_path)


def check_files(role: str, cast: Cast, folder: Path) -> None:
    """Read every file as a role, and fail where one names who did not agree, or where too little was read."""
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    cache.clear()
    read: dict[str, Any] = {path: client.get(path) for path in files(client, role)}
    texts = {path: text_of(answer, folder) for path, answer in read.items() if answer.status_code == 200}
    assert canaries.given_away(role, texts) == []
    kinds = ("/factsheets/zip/", "booklet.pdf", "/policy/", "/reports/", "v1/en.pdf", "v1/en.json")
    for kind in kinds if role in WITHOUT_BOOKLET else (*kinds, "/factsheets/booklets/"):
        assert any(kind in path for path in texts), f"nothing of {kind} was read"
    naming = {path for path, text in texts.items() if NAMED in text}
    for kind in ("v1/en.pdf", "/factsheets/zip/", "/reports/" if role in WITHOUT_BOOKLET else "/factsheets/booklets/"):
        assert any(kind in path for path in naming), f"who agreed stands in {kind}"
    json, pdf = (next(path for path in texts if path.endswith(f"v1/en{end}")) for end in (".json", ".pdf"))
    enclosed = read[json].content.decode()[:100]
    assert (len(enclosed), enclosed in texts[pdf]) == (100, True), "what a PDF encloses is read, too"
