"""Everything that links lead to, read as every role: no dead end, no error, nothing written, nothing given away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from clusters.choices import State
from clusters.models import Cluster, PanelAnswer, PanelQuestion, Participation
from clusters.search import index
from community.actions.standing import set_standing
from community.choices import Standing
from community.mails import render
from community.models import Member, Message, Organisation, User
from factsheets.actions.issue import issue_factsheet
from factsheets.choices import Face
from results.actions import policy
from results.actions.confirmation import ask_adopter
from results.models import PolicyStatement
from tests import canaries
from tests import factories as make
from tests.cast import ROLES, Cast, make_cast, make_cluster, share
from tests.database import SESSIONS, changed, contents
from tests.factories import NOW
from tests.files_read import text_of
from tests.matrix.crawler import crawl
from tests.matrix.places import make_follow_up
from tests.results.making import make_uptake
from tests.results.making_reviews import make_review, published

pytestmark = pytest.mark.django_db

#: The roles of the everyday run; the long run reads as all of them.
EVERYDAY = ("visitor", "other_external", "member", "proposer", "lead", "coordinator", "stand_in", "admin")
ANSWERED = {"answer": "confirmed", "answered_at": NOW}
CANARY = "Zanthoxylum"
#: Who takes something up undisclosed.
SILENT = "Silent Board"
HIDDEN_STATES = (State.DRAFT, State.DECLINED, State.WITHDRAWN)
#: Terms that a filter offers, whoever knows of them.
OFFERED = re.compile(r"<option[^>]*>expertise-of-\w+</option>")
#: What everybody, and what the community reads of those who agreed to it.
SHOWN = (canaries.NAMES["public"], canaries.NAMES["directory"], canaries.word("former", "directory"))
#: Who consented to nothing.
HIDDEN_NAME = canaries.NAMES["hidden"]


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    """The cast, and a world with one cluster a state, an issued factsheet and one of every noun.

    A person who consented to nothing leads them; what stands in the hidden ones is a word that is nowhere else.
    """
    cast = make_cast()
    hidden = {who: canaries.make_canary(cast, who) for who in canaries.NAMES}["hidden"]
    term = make.make_term()
    for state in State.values:
        words = CANARY if state in HIDDEN_STATES else "Salt marsh"
        cluster = make_cluster(
            cast,
            state,
            title=f"{words} {state}",
            question=f"How does {words} help {state}?",
            lead=cast.member("lead") if state in HIDDEN_STATES else hidden,
            need=make.make_need(f"What helps {state} harbours?", raised_by=hidden),
        )
        Participation.objects.filter(cluster=cluster, member=cast.member("deputy_lead")).update(member=hidden)
        index(cluster)
        if state == State.CONCLUDED:
            make_follow_up(cast, cluster, asked=hidden)
            make_follow_up(cast, cluster, why="twelve_months", asked=hidden, is_by_link=True, **ANSWERED)
        if state == State.DRAFT:
            share(cluster, cast.member("participant"), cast.accounts["proposer"])
        if state == State.RUNNING:
            hide_an_uptake(cast, cluster)
            canaries.involve(cast, cluster, term)
            canaries.type_addresses(cast, cluster, cluster.uptakes.get(is_disclosed=True))
            hide_a_statement(cast)
            hide_a_review(cast, cluster)
            hide_advice(cluster, hidden)
            issue_factsheet(cluster=cluster, face=Face.FORWARD, reason="approve", by=None, at=NOW)
    make.make_solution("Harbour method", contact=hidden).challenges.add(term)
    make.make_member("Shown Person", organisation=cast.organisation, consents=("directory", "public"))
    return cast


def hide_an_uptake(cast: Cast, cluster: Cluster) -> None:
    """Record an uptake that is open and one that is not, with the hidden word in each of its texts."""
    make_uptake(cast, cluster)
    words = {
        "adaptation": f"{CANARY} gauges",
        "tailoring": f"{CANARY} law",
        "evidence_url": f"https://{CANARY}.example",
    }
    organisation = make.make_organisation(f"{CANARY} Board")
    row = make_uptake(cast, cluster, organisation=organisation, kind="adapted", is_disclosed=False, **words)
    ask_adopter(uptake=row, by=cast.user("coordinator"), address="board@water.example", message=f"{CANARY} it is.")
    Organisation.objects.filter(pk=organisation.pk).update(name=SILENT)  # the directory names it, and no more


def hide_a_statement(cast: Cast) -> None:
    """Keep a draft with the hidden word in each of its texts, and one under discussion with a line on what is open."""
    by = cast.user("coordinator")
    draft = policy.begin_statement(
        working_group=cast.group, by=by, title=f"Let {CANARY} count", summary=f"{CANARY} pays."
    )
    policy.add_line(statement=draft, by=by, text=f"Count {CANARY}.", heading=f"{CANARY} heads it")
    shown = policy.begin_statement(working_group=cast.group, by=by, title="Let harbours count")
    policy.add_line(statement=shown, by=by, text="Count harbours.")
    policy.act(statement=shown, verb="statement.opened", by=by)


def hide_a_review(cast: Cast, cluster: Cluster) -> None:
    """Publish a review, and keep a draft with the hidden word in each of its texts."""
    published(cast, cluster, by="coordinator")
    other = make.make_solution(project=cast.solution.project)
    words = {"summary": f"{CANARY} holds.", "recommendations": [f"Ask {CANARY}."]}
    draft = make_review(cast, cluster, by="coordinator", solution=other, **words)
    draft.criteria.update(said=f"{CANARY} counts.")


def hide_advice(cluster: Cluster, person: Member) -> None:
    """Keep one question with the hidden word to the group, and publish the answer of who consented to nothing."""
    said = {"asked": person, "status": "answered", "answered_at": NOW, "credit": "named"}
    kept = PanelQuestion.objects.create(cluster=cluster, asked_by=person, text=f"{CANARY}?", state="answered")
    shown = {"state": "closed", "closed_at": NOW, "published_at": NOW, "what_came": "A rule."}
    open_one = PanelQuestion.objects.create(cluster=cluster, asked_by=person, text="Which harbour rule?", **shown)
    for question, text in ((kept, f"{CANARY}."), (open_one, "That of the north.")):
        PanelAnswer.objects.create(question=question, text=text, reason=f"{CANARY} why", **said)


def client_of(cast: Cast, role: str) -> Client:
    client = Client()
    if (user := cast.user(role)) is not None:
        client.force_login(user)
    return client


def is_dead(address: str, answer: HttpResponse) -> bool:
    """Tell a dead end from a factsheet that was not issued yet here; a link to what one may not do is one too."""
    is_to_come = address.endswith("/factsheet/") and answer.status_code == 404
    return answer.status_code >= 400 and not is_to_come


def is_slow(path: str) -> bool:
    """Leave out what is drawn anew for each reader and takes seconds; the factsheets' tests read it."""
    return path.endswith("preview.pdf") or path.startswith(("/admin/", "/coverage.pdf"))


@pytest.mark.slow
def test_links_lead_to_no_dead_end_and_reading_writes_nothing(cast: Cast, thorough: bool) -> None:
    wrong: list[str] = []
    for role in ROLES if thorough else EVERYDAY:
        client = client_of(cast, role)
        cache.clear()  # all come from one address, which may fetch a few archives a minute
        before = contents(SESSIONS)
        found = crawl(client, skip=is_slow)
        assert len(found) > 60, role
        wrong += [f"{role}: {at} is {answer.status_code}" for at, answer in found.items() if is_dead(at, answer)]
        for address in list(found)[:60]:
            status = client.head(address).status_code
            if status not in (found[address].status_code, 405):
                wrong.append(f"{role}: HEAD {address} is {status}")
        written = changed(before, contents(SESSIONS))
        wrong += [f"{role}: reading wrote into {table}: {rows[:2]}" for table, rows in written.items()]
    assert wrong == [], "\n" + "\n".join(wrong)


def test_what_a_reading_wrote_is_noticed_table_by_table(cast: Cast) -> None:
    before = contents(SESSIONS)
    Cluster.objects.filter(state=State.RUNNING).update(version=99)
    assert set(changed(before, contents(SESSIONS))) == {"clusters_cluster"}


def everything(cast: Cast, role: str, folder: Path, *, is_whole: bool = True) -> dict[str, str]:
    """Return the words of all that a role can reach: by links, by search, as export, or by guessing an address."""
    client = client_of(cast, role)
    # Every day some pages of each kind and a choice of each filter; those of every cluster and canary come on top.
    few = {} if is_whole else {"of_a_kind": 4, "queries": 2}
    read: dict[str, Any] = crawl(client, skip=is_slow, **few)
    words = ("", f"?q={CANARY}", f"?q={HIDDEN_NAME.split()[1]}")
    more = [f"/clusters/{query}" for query in words]
    more += [f"/clusters/?format={kind}" for kind in ("csv", "xlsx", "json")]
    more += [f"/{noun}/?q={HIDDEN_NAME.split()[1]}" for noun in ("members", "needs", "solutions", "organisations")]
    more += [f"/clusters/names/{what}/?{what}=a" for what in ("project", "organisation", "solution", "territory")]
    for cluster in Cluster.objects.all():
        pages = (
            "",
            "history/",
            "roadmap/",
            "people/",
            "outcomes/",
            "uptakes/",
            "reviews/",
            "reviews/?format=csv",
            "room/",
            "factsheet/",
            "factsheet.pdf",
            "preview/",
            "edit/",
        )
        more += [f"/clusters/{cluster.name}/{page}" for page in pages]
    running = Cluster.objects.get(state=State.RUNNING)
    more += about_canaries(cast, running)
    more += [f"/uptakes/{uptake.pk}/" for uptake in running.uptakes.all()]
    more += [f"/reviews/{review.pk}/{page}" for review in running.reviews.all() for page in ("", "edit/", "answer/")]
    kinds = {"review": running.reviews.all(), "uptake": running.uptakes.all(), "cluster": [running]}
    more += [f"/chain/{kind}/{row.pk}{end}" for kind, rows in kinds.items() for row in rows for end in ("/", ".json")]
    more += [f"/uptakes/?format={kind}" for kind in ("csv", "xlsx")] + ["/coverage/?format=csv", "/dashboard/"]
    more += [
        f"/indicators/{code}/{end}" for code in ("rcr104", "RCR104") for end in ("", "?format=csv", "?format=xlsx")
    ]
    more += [f"/policy/{statement.pk}/" for statement in PolicyStatement.objects.all()]
    more += [f"/factsheets/{running.reference}/v1/en{suffix}" for suffix in ("/", ".pdf", ".json", ".docx")]
    more += [f"/factsheets/{running.reference}/v1/{page}" for page in ("changes/", "SHA256SUMS")]
    read |= {address: client.get(address) for address in more if address not in read}
    # Readers see their own address on their account's pages; a search repeats what was typed; filters offer all terms.
    user = cast.user(role)
    own = user.email if user is not None else "nobody"
    texts = {address: text_of(answer, folder).replace(f"q={CANARY}", "") for address, answer in read.items()}
    return {address: OFFERED.sub("", text.replace(own, "")) for address, text in texts.items()}


def about_canaries(cast: Cast, cluster: Cluster) -> list[str]:
    """Return the addresses at which a canary could sing, and no link leads each reader."""
    found = ["/desk/dates.ics", "/feeds/factsheets.atom", f"/clusters/{cluster.name}/people/invitations/"]
    found += [
        f"/clusters/{cluster.name}/dossier.zip",
        *(f"/solutions/?format={kind}" for kind in ("csv", "xlsx", "json")),
    ]
    for who in canaries.NAMES:
        person = cast.member(who)
        found += [f"/members/{person.key}/", f"/members/{person.key}/contact/", f"/data-requests/erase/{person.key}/"]
        found += [f"/members/?q={canaries.word(field, who)}" for field in ("about", "expertise", "address", "sorted")]
        found += [f"/members/?expertise={canaries.word('expertise', who)}"]
        found += [f"/admin/community/{noun}/?q={who}" for noun in ("member", "user", "message", "event", "consent")]
        found += [f"/admin/community/member/{person.pk}/change/", f"/admin/community/user/{person.user_id}/change/"]
        for noun, rows in (
            ("needs", person.needs),
            ("exchanges", person.exchanges_offered),
            ("solutions", person.solutions),
        ):
            found += [f"/{noun}/{row.pk}/" for row in rows.all()]
    return found


def posted() -> Iterator[tuple[Message, str]]:
    """Yield each mail that was written with all that its recipient, or whoever reads its row, is told."""
    for row in Message.objects.select_related("to__member", "event"):
        mail = render(row, token="x" * 43)
        parts = [str(part) for part in (*mail.alternatives, *mail.attachments)]
        yield row, "\n".join([mail.subject, str(mail.extra_headers), str(mail.body), str(row.params), *parts])


def given_away_by_mail() -> list[str]:
    """Return what mails tell of somebody else: nothing but names, and those to strangers no name without consent."""
    wrong = []
    for row, text in posted():
        words = {canaries.word(field, who) for who in canaries.NAMES for field in canaries.FIELDS}
        words |= {canaries.NAMES["typed"]}
        if row.to is None:
            words |= {canaries.NAMES["hidden"], canaries.NAMES["directory"]}
        wrong += [f"{row.template} to {row.to or row.to_address}: {secret}" for secret in words if secret in text]
    return wrong


def test_hidden_clusters_and_names_without_consent_are_in_no_page_and_no_file(
    cast: Cast, tmp_path: Path, thorough: bool
) -> None:
    for role in ("visitor", "member"):
        read = everything(cast, role, tmp_path, is_whole=thorough)
        assert canaries.given_away(role, read) == []
        refuse_hidden_work(read)
        shown = [any(word in text for text in read.values()) for word in SHOWN]
        assert shown == [True, role == "member", role == "member"], "what was agreed to is there"
    assert {row.template for row, _text in posted()} >= {"clusters/invited_by_address", "results/confirm_uptake"}
    assert given_away_by_mail() == []


def test_a_word_that_a_role_may_not_read_is_noticed() -> None:
    planted = {who: " ".join(canaries.word(field, who) for field in canaries.FIELDS) for who in canaries.NAMES}
    page = {"/members/": " ".join([*planted.values(), *canaries.NAMES.values()])}
    fields = len(canaries.FIELDS)
    found = {role: len(canaries.given_away(role, page)) for role in ("visitor", "external", "member", "lead", "admin")}
    assert found == {
        "visitor": 4 * fields + 3,  # all but one name
        "external": 4 * fields + 3,
        "member": 4 * fields - 5 + 2,  # five things and the name of who agreed to the directory
        "lead": 4 * fields - 5 + 2,
        "admin": 4 * 2,  # addresses and names to sort by are kept to the administration
    }


@pytest.mark.slow
@pytest.mark.parametrize("role", [role for role in ROLES if role not in ("visitor", "member")])
def test_every_role_reads_of_a_person_what_was_agreed_to(role: str, cast: Cast, tmp_path: Path) -> None:
    read = everything(cast, role, tmp_path)
    assert canaries.given_away(role, read) == []
    if role == "other_external":
        refuse_hidden_work(read)
    if role == "coordinator":
        running = Cluster.objects.get(state=State.RUNNING)
        assert "README" in read[f"/clusters/{running.name}/dossier.zip"]
        assert running.title in read["/clusters/?format=csv"]
    key = cast.member("directory").key
    sees = role in canaries.COMMUNITY
    assert (canaries.word("about", "directory") in read[f"/members/{key}/"]) == sees
    kept = read[f"/admin/community/user/{cast.accounts['hidden'].pk}/change/"]
    assert (canaries.word("address", "hidden") in kept) == (role == "admin")


@pytest.mark.slow
def test_a_proposer_who_left_reads_of_a_person_what_strangers_read(cast: Cast, tmp_path: Path) -> None:
    """They are no part of the community any more, and none of those who work on the cluster of all canaries."""
    set_standing(member=cast.member("proposer"), standing=Standing.FORMER, by=cast.user("admin"))
    cast.accounts["proposer"] = User.objects.get(pk=cast.accounts["proposer"].pk)
    read = everything(cast, "proposer", tmp_path)
    assert canaries.given_away("former", read) == []
    assert any(canaries.NAMES["public"] in text for text in read.values())


def refuse_hidden_work(read: dict[str, str]) -> None:
    """Fail where hidden clusters, or who takes something up undisclosed, stand in what a stranger reads."""
    assert any("Salt marsh running" in words for words in read.values())
    typed = {at for at in read if "q=" in at}
    given_away = [at for at, words in read.items() if at not in typed and CANARY in words]
    assert given_away == []
    hits = [at for at in typed if f"{CANARY} " in read[at]]
    assert hits == [], "the search shows what the list hides"
    # An organisation is in the directory; that it takes something up is not disclosed.
    listed = ("/organisations/", "/clusters/names/", "/coverage/")
    assert [at for at, words in read.items() if SILENT in words and not at.startswith(listed)] == []
    assert [at for at, words in read.items() if "@registry.example" in words] == []


@pytest.mark.parametrize(("role", "sees"), [("proposer", HIDDEN_STATES), ("coordinator", HIDDEN_STATES[1:])])
def test_those_who_may_see_them_do(role: str, sees: tuple[str, ...], cast: Cast) -> None:
    found = client_of(cast, role)
    for state in sees:
        page = found.get(f"/clusters/{Cluster.objects.get(state=state).name}/")
        assert f"{CANARY} {state}" in page.content.decode()
