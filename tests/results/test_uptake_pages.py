"""The pages of uptakes: lists with both figures, a form that asks whom one means, and an edit that loses no text."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client
from openpyxl import load_workbook

from clusters.choices import State
from clusters.models import Cluster
from community import jobs
from community.models import Job, Organisation
from results.actions.uptake import change_step, update_uptake
from results.models import Indicator, Uptake
from results.policy_summary import of_uptake, uptakes_for_shape
from results.tables.policy import piece_of
from results.tables.uptake import some_of
from tests.cast import Cast, make_cluster
from tests.factories import make_organisation, make_project, make_solution, make_territory
from tests.results.making import EVIDENCE, answered, asked, make_uptake

pytestmark = [pytest.mark.django_db, pytest.mark.wide, pytest.mark.usefixtures("clock")]


def signed_in(cast: Cast, role: str) -> Client:
    client = Client()
    client.force_login(cast.user(role))
    return client


def form(cast: Cast, **values: Any) -> dict[str, Any]:
    given = {"solution": cast.solution.pk, "organisation": "Water Board of the Bay", "state": "in_use"}
    given |= {"kind": "as_is", "in_use_on": "1 April 2026", "evidence_url": EVIDENCE, "is_disclosed": "on"}
    return {**given, "seen_version": 0, **values}


def test_both_figures_stand_apart_wherever_uptakes_are_listed(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="Another Board")
    make_uptake(cast, cluster, name="Third Board", state="aware")
    make_uptake(cast, cluster, name="Silent Board", is_disclosed=False)
    answered(asked(cast, uptake)[1])
    project = cast.solution.project
    for page in (f"/clusters/{cluster.name}/uptakes/", f"/solutions/{cast.solution.pk}/", f"/projects/{project.code}/"):
        text = " ".join(Client().get(page).content.decode().split())
        for words in ("<b>1</b><span>uptake documented", "<b>1</b><span>uptake declared", "<b>1</b><span>on the way"):
            assert words in text, (page, words)
        assert "Silent Board" not in text
    verified = uptake.organisation
    Organisation.objects.filter(pk=verified.pk).update(is_verified=True)
    assert "Flood storage method" in Client().get(f"/organisations/{verified.pk}/").content.decode()
    assert "not disclosed" in signed_in(cast, "lead").get(f"/clusters/{cluster.name}/uptakes/").content.decode()


def test_many_uptakes_are_counted_and_the_first_of_them_shown(cast: Cast, cluster: Cluster) -> None:
    answered(asked(cast, make_uptake(cast, cluster))[1])
    for number in range(4):
        make_uptake(cast, cluster, name=f"Board {number}", state="aware" if number % 2 else "in_use")
    whole, part = (some_of(Uptake.objects.of_cluster(cluster), most) for most in (5, 2))
    assert [(row.documented, row.declared, row.on_the_way, row.more) for row in (whole, part)] == [
        (1, 2, 2, 0),
        (1, 2, 2, 3),
    ]
    assert [row.state for row in whole.rows] == ["in_use", "in_use", "in_use", "aware", "aware"]
    assert part.rows == whole.rows[:2]


def test_uptakes_through_discontinued_clusters_are_listed_and_in_no_figure(cast: Cast, cluster: Cluster) -> None:
    left = make_uptake(cast, make_cluster(cast, State.DISCONTINUED), name="Left Board")
    make_uptake(cast, cluster, name="Board A")
    whole, part = (some_of(Uptake.objects.of_solution(cast.solution), most) for most in (2, 1))
    assert [(row.declared, row.left_out, row.more) for row in (whole, part)] == [(1, 1, 0), (1, 1, 1)]
    Organisation.objects.filter(pk=left.organisation_id).update(is_verified=True)
    for page, declared in ((f"/solutions/{cast.solution.pk}/", 1), (f"/organisations/{left.organisation_id}/", 0)):
        text = " ".join(Client().get(page).text.split())
        assert f"<b>{declared}</b><span>uptake{'s' * (declared == 0)} declared" in text, page
        assert "1 uptake through a discontinued cluster is on the list and in no figure." in text, page
        assert text.count('<span class="meta">discontinued</span>') == 1, page


def test_osmosis_is_an_outcome_and_the_page_says_so_where_one_chooses(cast: Cast, cluster: Cluster) -> None:
    client = signed_in(cast, "participant")
    for page in ("uptakes/", "uptakes/add/"):
        text = " ".join(client.get(f"/clusters/{cluster.name}/{page}").content.decode().split())
        assert "an outcome, never an uptake" in text
        assert f'/clusters/{cluster.name}/outcomes/">record an outcome' in text


def test_a_name_like_a_known_one_is_asked_about_and_a_new_one_is_entered(cast: Cast, cluster: Cluster) -> None:
    known, client = make_organisation("Water Board of the Bay"), signed_in(cast, "lead")
    place, address = make_territory(country="HR", is_programme_region=True), f"/clusters/{cluster.name}/uptakes/add/"
    sent = form(cast, organisation="Water Board of the Bays", territory=place.pk)
    asked_back = client.post(address, sent)
    assert (asked_back.status_code, "Do you mean one of these?" in asked_back.content.decode()) == (422, True)
    assert client.post(address, {**sent, "meant": known.pk}).status_code == 302
    assert Uptake.objects.get().organisation == known
    assert client.post(address, {**sent, "meant": "new"}).status_code == 302
    new = Organisation.objects.get(name="Water Board of the Bays")
    assert (new.is_verified, Uptake.objects.filter(organisation=new).count()) == (False, 1)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"solution": ""}, "Choose the solution that is taken up."),
        ({"organisation": ""}, "Name the organisation that takes it up."),
        ({"state": ""}, "Choose how far it has come."),
        ({"kind": ""}, "Say how it is taken up."),
        ({"kind": "adapted"}, "Say what was adapted, and why."),
        ({"in_use_on": ""}, "Say since when it is in use."),
        ({"in_use_on": "13 May 2026"}, "This day has not come yet."),
        ({"evidence_url": ""}, "Give the address of what shows it."),
        ({"evidence_url": "javascript:alert(1)"}, "Give the address of a page"),
    ],
)
def test_bad_input_gets_a_clear_error_and_stays(
    cast: Cast, cluster: Cluster, values: dict[str, Any], sentence: str
) -> None:
    answer = signed_in(cast, "lead").post(
        f"/clusters/{cluster.name}/uptakes/add/", form(cast, tailoring="Law", **values)
    )
    text = answer.content.decode()
    assert (answer.status_code, sentence in text, ">\nLaw</textarea>" in text) == (422, True, True)
    assert Uptake.objects.count() == 0


def test_a_solution_is_typed_by_title_project_or_number_and_what_is_wrong_with_it_is_said(
    cast: Cast, cluster: Cluster
) -> None:
    other, third = make_project("ACRO"), make_project("DEEP")
    buoys = [make_solution("Buoys for meadows", project=project) for project in (other, third)]
    make_solution("Hidden dykes", project=other, status="draft")
    retired = make_solution("Old dykes", project=third, status="retired")
    client, page = signed_in(cast, "lead"), f"/clusters/{cluster.name}/uptakes/add/"
    own = f"Flood storage method ({cast.solution.project.acronym})"
    empty = client.get(page).text
    assert f'<option value="{own}">' in empty
    assert ("Buoys" in empty, 'data-hx-get="/clusters/names/solution/"' in empty) == (False, True)
    wrong = {
        "Buoys for meadows": "Several solutions are called “Buoys for meadows”. Write which one you mean: "
        "Buoys for meadows (ACRO); Buoys for meadows (DEEP).",
        "buoys": "No solution is called just “buoys”. Write the whole title, such as: Buoys for meadows (ACRO)",
        "Hidden dykes": "No solution is called “Hidden dykes”.",
        str(retired.pk): f"“{retired.pk}” is not in the catalogue now.",
    }
    for typed, sentence in wrong.items():
        answer = client.post(page, form(cast, solution=typed))
        kept = f'name="solution" value="{typed}"' in answer.text
        assert (answer.status_code, sentence in answer.text, kept) == (422, True, True), typed
    for number, typed in enumerate((own, "flood STORAGE method", "Buoys for meadows (deep)", str(buoys[0].pk))):
        sent = client.post(page, form(cast, solution=typed, organisation=f"Board Number {number}{number}", meant="new"))
        assert sent.status_code == 302, typed
    taken = Uptake.objects.order_by("pk").values_list("solution", flat=True)
    assert list(taken) == [cast.solution.pk, cast.solution.pk, buoys[1].pk, buoys[0].pk]


def test_a_stale_edit_comes_back_with_both_texts(cast: Cast, cluster: Cluster) -> None:
    uptake, client = make_uptake(cast, cluster), signed_in(cast, "deputy_lead")
    page = client.get(f"/uptakes/{uptake.pk}/edit/").content.decode()
    assert "Water Board of the Bay" in page
    update_uptake(uptake=uptake, by=cast.user("lead"), seen_version=1, tailoring="The law of the lagoon.")
    sent = form(cast, tailoring="The law of the bay.", seen_version=1)
    answer = client.post(f"/uptakes/{uptake.pk}/edit/", sent)
    text = answer.content.decode()
    assert (answer.status_code, "Saved meanwhile" in text) == (409, True)
    assert all(words in text for words in ("law of the", "lagoon", "bay."))


def test_a_step_asks_for_what_it_needs_and_says_what_is_in_its_way(cast: Cast, cluster: Cluster) -> None:
    uptake, client = make_uptake(cast, cluster, state="mentoring"), signed_in(cast, "lead")
    page = f"/uptakes/{uptake.pk}/committed/"
    refused = client.post(page, {"seen_version": 1, "kind": "as_is"})
    assert (refused.status_code, "Add what shows it" in refused.content.decode()) == (422, True)
    assert client.post(page, {"seen_version": 1, "kind": "as_is", "evidence_url": EVIDENCE}).status_code == 302
    again = client.post(page, {"seen_version": 1, "kind": "as_is", "evidence_url": EVIDENCE})
    assert (again.status_code, "Somebody" in again.content.decode() or "You yourself" in again.content.decode()) == (
        409,
        True,
    )
    wrong = client.get(f"/uptakes/{uptake.pk}/interested/").content.decode()
    assert "This uptake is on the step “Committed”" in wrong


def test_the_place_of_an_uptake_under_a_line_does_not_hang_on_a_comma() -> None:
    shape = {"kind": "uptake", "id": 1, "title": "Ponds", "organisation": "Varna", "country": "BG"}
    shape |= {"territory": "Severoiztochen", "cluster": "C-2026-01"}
    shown = render_to_string("results/policy/_piece.html", {"piece": {"mark": "declared", "shape": shape}})
    assert [words in shown for words in ("</span> (Severoiztochen)", ", Severoiztochen")] == [True, False]


# -- The list of all ---------------------------------------------------------------------------------------------------


def listed(query: str) -> list[str]:
    """Return the organisations on the list, in alphabetical order."""
    page = Client().get(f"/uptakes/{query}")
    assert page.status_code == 200
    return sorted(row.organisation.name for row in page.context["page_obj"])


def test_the_list_of_all_uptakes_holds_what_everybody_may_read_and_is_narrowed(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="Another Board")
    make_uptake(cast, cluster, name="Third Board", state="aware")
    make_uptake(cast, cluster, name="Silent Board", is_disclosed=False)
    make_uptake(cast, make_cluster(cast, State.DISCONTINUED), name="Left Board")
    answered(asked(cast, uptake)[1])
    first = uptake.organisation.name
    assert listed("") == sorted([first, "Another Board", "Third Board", "Left Board"])
    assert listed("?step=in_use&work=standing&proof=documented") == [first]
    assert listed("?step=in_use&work=standing&proof=declared") == ["Another Board"]
    assert listed("?q=thi board") == ["Third Board"]
    assert listed(f"?project={cast.solution.project.code}&wg={cast.group.code}&step=aware") == ["Third Board"]
    assert listed("?country=XX") == []
    assert "Silent" not in signed_in(cast, "lead").get("/uptakes/").text


def test_proof_is_called_alike_in_list_filter_file_and_policy(cast: Cast, cluster: Cluster) -> None:
    used = make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="Another Board")
    make_uptake(cast, cluster, name="Third Board", state="aware")
    bound = make_uptake(cast, cluster, name="Bound Board", state="committed")
    over = make_uptake(cast, cluster, name="Over Board")
    for row in (used, bound, over):
        answered(asked(cast, row)[1])
    change_step(uptake=over, verb="uptake.stopped", by=cast.user("lead"), reason="Over.")
    expected = {
        "documented": [used.organisation.name],
        "declared": ["Another Board"],
        "on_the_way": ["Bound Board", "Third Board"],
        "stopped": ["Over Board"],
    }
    assert {proof: listed(f"?proof={proof}") for proof in expected} == expected
    rows = csv.DictReader(io.StringIO(Client().get("/uptakes/?format=csv").getvalue().decode("utf-8-sig")))
    proofs = {row["organisation"]: row["proof"] for row in rows}
    assert proofs == {name: proof for proof, names in expected.items() for name in names}
    marks = {row.organisation.name: piece_of(of_uptake(row)).mark for row in uptakes_for_shape(Uptake.objects.all())}
    assert marks == proofs


def test_the_figures_of_the_dashboard_lead_to_exactly_what_they_count(cast: Cast, cluster: Cluster) -> None:
    uptake = make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="Another Board")
    make_uptake(cast, make_cluster(cast, State.DISCONTINUED), name="Left Board")
    answered(asked(cast, uptake)[1])
    figures = Client().get("/dashboard/").context["dashboard"].figures
    counted = {figure.url: figure.number for figure in figures if figure.url.startswith("/uptakes/")}
    assert len(counted) == 2
    for url, number in counted.items():
        assert Client().get(url).context["page_obj"].paginator.count == number, url


def test_the_list_is_handed_out_as_it_is_filtered(cast: Cast, cluster: Cluster) -> None:
    make_uptake(cast, cluster)
    make_uptake(cast, cluster, name="=Another Board", state="aware")
    sheet = Client().get("/uptakes/?step=aware&format=csv").getvalue().decode()
    rows = sheet.strip().splitlines()
    assert (len(rows), rows[0].startswith("\ufeffsolution,project"), "'=Another Board" in rows[1]) == (2, True, True)
    book = Client().get("/uptakes/?format=xlsx")
    assert book.content[:2] == b"PK"


def test_a_long_workbook_of_uptakes_or_of_an_indicators_records_is_made_by_a_job(
    cast: Cast, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("community.exports.MOST_AT_ONCE", 1)
    Indicator.objects.update_or_create(code="RCR104", defaults={"labels": {"en": "Taken up"}})
    for name in ("Another Board", "Third Board"):
        make_uptake(cast, cluster, name=name)
    member, project = signed_in(cast, "member"), cast.solution.project.code
    lists = {"uptakes": "/uptakes/", "rcr104": "/indicators/rcr104/"}
    for source, page in lists.items():
        asked_for = Client().get(f"{page}?project={project}&format=xlsx")
        words = f"{page}?project={project}&amp;format=csv"
        assert (asked_for.status_code, words in asked_for.text) == (409, True)
        made = member.post(f"/exports/{source}/?project={project}")
        job = Job.objects.get(arguments__source=source)
        assert made["location"] == f"/jobs/{job.pk}/"
        jobs.run(job.pk)
        book: Any = load_workbook(io.BytesIO(member.get(f"/jobs/{job.pk}/file/").getvalue()))
        head, *rows = book.active.iter_rows(values_only=True)
        at_once = csv.reader(io.StringIO(Client().get(f"{page}?format=csv").getvalue().decode("utf-8-sig")))
        assert [list(map(str, head)), *([_plain(cell) for cell in row] for row in rows)] == list(at_once)
    assert Client().get("/exports/uptakes/?step=moon", follow=True).status_code == 200
    wrong = member.get("/exports/rcr104/?project=moon")
    assert (wrong.status_code, "There is no such project" in wrong.text) == (400, True)


def _plain(cell: Any) -> str:
    return "" if cell is None else str(cell.date() if hasattr(cell, "date") else cell)


def test_the_list_finds_in_a_region_all_that_lies_in_it(cast: Cast, cluster: Cluster) -> None:
    crete = make_territory("EL43", name="Kriti", country="EL", is_programme_region=True)
    chania = make_territory("EL434", name="Chania", country="EL", level="nuts3")
    other = make_territory("EL42", name="Notio Aigaio", country="EL", is_programme_region=True)
    newer = make_territory("EL43", name="Kriti 2024", country="EL", nuts_version="2024", level="nuts2")
    site = make_territory("SITE-7", name="Lagoon", country="EL", nuts_version="", level="site")
    for place in (newer, site):
        place.maps_to.add(chania if place == site else crete)
    for place in (crete, chania, other, newer, site):
        make_uptake(cast, cluster, name=f"Board of {place.name}", territory=place)
    found = Client().get("/uptakes/?region=EL43").context["page_obj"]
    names = {row.organisation.name for row in found}
    assert names == {"Board of Kriti", "Board of Chania", "Board of Kriti 2024", "Board of Lagoon"}


def test_who_records_and_may_not_ask_reads_who_asks_the_organisation(cast: Cast, cluster: Cluster) -> None:
    uptake, early = make_uptake(cast, cluster), make_uptake(cast, cluster, name="Early Board", state="aware")
    words, button = "Lead, deputy and coordinators ask the organisation", "Ask the organisation to confirm…"

    def shown(role: str, row: Uptake) -> list[bool]:
        text = signed_in(cast, role).get(f"/uptakes/{row.pk}/").text
        return [words in text, button in text]

    assert {role: shown(role, uptake) for role in ("participant", "lead", "member")} == {
        "participant": [True, False],
        "lead": [False, True],
        "member": [False, False],
    }
    assert shown("participant", early) == [False, False]
    answered(asked(cast, uptake)[1])
    assert shown("participant", uptake) == [False, False]
