"""Who and what is near is found among many: no newer or earlier row hides what shares more."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from community.choices import ConsentPurpose, Vocabulary
from community.models import Affiliation, Consent, Member, Need, Organisation, PeerExchange, Solution, Term
from community.platforms import MOST_OF_A_TYPE, organisations_on, people_on
from community.similar import needs_near_each, solutions_near, solutions_near_each
from community.similar_exchanges import PAIRS, compare, exchanges_near, fitting_pairs
from community.similar_people import people_near
from community.surroundings import Places
from community.telling import telling_words, theme_words
from tests import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.both]

#: More than are ever compared.
MANY = 650


def experts(number: int, *, expertise: Term | None = None, **fields: Any) -> list[Member]:
    """Make so many people of the directory at once."""
    text = " ".join(filter(None, (fields.get("about", "").lower(), expertise and expertise.label.lower())))
    rows = Member.objects.bulk_create(
        Member(name=f"Person {n}", sort_name=f"Aa {n:04}", search_text=f"person {n} {text}", **fields)
        for n in range(number)
    )
    wording = make.make_wording()
    Consent.objects.bulk_create(
        Consent(member=row, purpose=ConsentPurpose.DIRECTORY, wording=wording, given_at=make.NOW) for row in rows
    )
    if expertise is not None:
        through = Member.expertise.through
        through.objects.bulk_create(through(member=row, term=expertise) for row in rows)
    return rows


def solutions(number: int, **fields: Any) -> None:
    """Make so many published solutions at once."""
    project = make.make_project()
    Solution.objects.bulk_create(
        Solution(
            project=project,
            title=f"Buoys {n}",
            search_text=f"buoys {n}",
            status="published",
            published_at=make.NOW,
            **fields,
        )
        for n in range(number)
    )


def asked(question: str) -> Need:
    make.make_need(question)
    return Need.objects.for_page().get(question=question)


def test_an_exact_old_solution_is_found_behind_many_newer_ones_that_share_less() -> None:
    kind = make.make_term(Vocabulary.SOLUTION_TYPE)
    exact = make.make_solution("Buoys that keep anchors off seagrass")
    solutions(MANY, type=kind)
    need = asked("How do buoys keep anchors off seagrass meadows?")
    need.solution_types.add(kind)
    need = Need.objects.for_page().get()
    assert solutions_near(need, None)[0].row == exact
    others = [asked(f"Which buoys of type {number} last?") for number in range(9)]
    for other in others:
        other.solution_types.add(kind)
    several = solutions_near_each(list(Need.objects.for_page()), None)
    assert [hit.row for hit in several[need.pk]] == [hit.row for hit in solutions_near(need, None)]
    assert several[need.pk][0].row == exact


def test_a_need_is_found_beside_a_solution_behind_many_that_wait_longer() -> None:
    by = make.make_member()
    Need.objects.bulk_create(
        Need(question=f"Buoys {n}?", search_text=f"buoys {n}?", raised_by=by, raised_at=make.NOW) for n in range(MANY)
    )
    exact = make.make_need("Which buoys keep anchors off seagrass?", raised_at=make.NOW + timedelta(days=1))
    row = make.make_solution("Buoys that keep anchors off seagrass")
    assert [hit.row for hit in needs_near_each([row], Need.objects.open())[row.pk]] == [exact]


def test_an_old_expert_is_found_behind_many_newer_people_who_share_less() -> None:
    seagrass = make.make_term(Vocabulary.EXPERTISE, label="Seagrass mapping")
    place = make.make_territory("EL43", country="EL")
    work = make.make_organisation("Institute", country="EL", territory=place)
    [expert] = experts(1, expertise=seagrass, languages=["el"])
    make.make_affiliation(expert, work)
    # They say a word, and work in the place; or have the expertise, elsewhere.
    sayers = experts(MANY, about="Seagrass.")
    Affiliation.objects.bulk_create(
        Affiliation(member=row, organisation=work, from_on=date(2024, 1, 1)) for row in sayers
    )
    experts(MANY, expertise=seagrass)
    need = asked("Who maps seagrass?")
    need.territories.add(place)
    found = people_near(Need.objects.for_page().get(), make.make_member().user, [])
    assert (found[0].row, found[0].points) == (expert, 4)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("Marine and coastal ecosystems", ["coastal", "marine"]),
        ("Forest, terrestrial and freshwater ecosystems", ["terrestrial", "freshwater", "forest"]),
        ("Ecosystems", ["ecosystems"]),
        ("Sea", ["sea"]),
    ],
)
def test_a_themes_own_words_tell_it_and_what_it_shares_with_others_does_not(label: str, words: list[str]) -> None:
    labels = {"Marine and coastal ecosystems", "Forest, terrestrial and freshwater ecosystems", "Restoring ecosystems"}
    assert theme_words(label, labels - {label}) == words


def test_marine_and_coastal_are_words_that_tell() -> None:
    assert telling_words("Which marine parks need coastal people?") == ["coastal", "marine"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Comment restaurer notre lagune pour limiter les crues ?", ["restaurer", "limiter", "lagune", "crues"]),
        ("Come possiamo misurare la laguna della nostra costa?", ["misurare", "laguna", "costa"]),
        ("¿Cómo podemos medir el agua para nuestros humedales?", ["humedales", "medir", "agua"]),
        ("Πώς μπορούμε να μετράμε το νερό όταν είναι στους υγροτόπους;", ["υγροτοπουσ", "μετραμε", "νερο"]),
        ("Който може да мери водата през лятото?", ["водата", "лятото", "мери"]),
        ("Where does the turtle dove nest?", ["turtle", "dove", "nest"]),
    ],
)
def test_words_of_grammar_tell_nothing_in_other_languages_either(text: str, words: list[str]) -> None:
    assert telling_words(text) == words


def test_the_platform_of_the_sea_names_people_of_the_sea_and_nobody_of_the_woods() -> None:
    sea = make.make_term(label="Marine and coastal ecosystems")
    make.make_term(label="Forest, terrestrial and freshwater ecosystems")
    woods, shores = (make.make_term(Vocabulary.EXPERTISE, label=f"{name} ecosystems") for name in ("Forest", "Marine"))
    experts(3, expertise=woods)
    [diver] = experts(1, expertise=shores)
    contact = make.make_member("Zoe Zander", consents=(ConsentPurpose.DIRECTORY,))
    make.make_solution("Fences", contact=contact).challenges.add(sea)
    found = people_on(sea, contact.user)
    assert [(hit.row, hit.reasons) for hit in found] == [
        (diver, ["Expertise: Marine ecosystems"]),
        (contact, ["Contact of: Fences"]),
    ]


def test_an_expert_stands_on_a_platform_whatever_their_name_and_however_many_are_contacts() -> None:
    sea = make.make_term(label="Marine life")
    marine = make.make_term(Vocabulary.EXPERTISE, label="Marine life")
    contacts = experts(MANY)
    project = make.make_project()
    rows = Solution.objects.bulk_create(
        Solution(project=project, title=f"Way {n}", contact=row, status="published", published_at=make.NOW)
        for n, row in enumerate(contacts)
    )
    through = Solution.challenges.through
    through.objects.bulk_create(through(solution=row, term=sea) for row in rows)
    expert = make.make_member("Zoe Zander", consents=(ConsentPurpose.DIRECTORY,), expertise=(marine,))
    found = people_on(sea, make.make_member().user)
    assert (found[0].row, [hit.reasons for hit in found[:2]]) == (
        expert,
        [["Expertise: Marine life"], ["Contact of: Way 0"]],
    )


def test_all_organisations_of_a_platform_are_counted_and_the_page_says_how_many_more_there_are(client: Any) -> None:
    sea, kind = make.make_term(), make.make_term(Vocabulary.ORGANISATION_TYPE, label="Town")
    by, number = make.make_member(), 150
    towns = Organisation.objects.bulk_create(
        Organisation(name=f"Town {n:03}", name_key=f"town {n:03}", country="IT", is_verified=True, kind=kind)
        for n in range(number)
    )
    needs = Need.objects.bulk_create(Need(question="How?", raised_by=by, organisation=town) for town in towns)
    through = Need.challenges.through
    through.objects.bulk_create(through(need=need, term=sea) for need in needs)
    make.make_need(organisation=make.make_organisation("Alone")).challenges.add(sea)
    groups = organisations_on(sea, None)
    assert [(group.label, group.number, len(group.rows), group.more) for group in groups] == [
        ("Town", number, MOST_OF_A_TYPE, number - MOST_OF_A_TYPE),
        ("Type not entered", 1, 1, 0),
    ]
    page = client.get(f"/platforms/{sea.code}/")
    assert f"{number - MOST_OF_A_TYPE} more." in page.text
    assert "?all=organisations#organisations" in page.text
    whole = client.get(f"/platforms/{sea.code}/?all=organisations").text
    assert (">Town 100<" in page.text, ">Town 100<" in whole, " more." in whole) == (False, True, False)


def test_an_old_exchange_that_fits_is_found_behind_many_newer_ones() -> None:
    by = make.make_member()
    fitting = make.make_exchange("Buoys that keep anchors off seagrass")
    PeerExchange.objects.bulk_create(
        PeerExchange(
            topic=f"Buoys {n}",
            search_text=f"buoys {n}",
            is_offer=True,
            offered_by=by,
            status="offered",
            kind="call",
            state_since=make.NOW,
        )
        for n in range(MANY)
    )
    wanted = make.make_exchange("Who keeps anchors off seagrass by buoys?", is_offer=False)
    assert [hit.row for hit in exchanges_near(PeerExchange.objects.for_page().get(pk=wanted.pk))] == [fitting]


def test_an_old_request_stands_beside_a_new_offer_behind_many_newer_requests() -> None:
    by = make.make_member()
    wanted = make.make_exchange("Who keeps anchors off seagrass by buoys?", is_offer=False)
    PeerExchange.objects.bulk_create(
        PeerExchange(
            topic=f"Buoys {n}",
            search_text=f"buoys {n}",
            is_offer=False,
            asked_by=by,
            status="asked",
            kind="call",
            state_since=make.NOW,
        )
        for n in range(MANY)
    )
    offer = make.make_exchange("Buoys that keep anchors off seagrass")
    assert [(pair.offer, pair.request) for pair in fitting_pairs().pairs] == [(offer, wanted)]


def test_an_old_offer_stands_beside_a_request_behind_many_newer_offers(client: Any) -> None:
    by = make.make_member()
    offer = make.make_exchange("Buoys that keep anchors off seagrass")
    PeerExchange.objects.bulk_create(
        PeerExchange(topic=f"Drones {n}", is_offer=True, offered_by=by, status="offered", kind="call")
        for n in range(MANY)
    )
    wanted = make.make_exchange("Who keeps anchors off seagrass by buoys?", is_offer=False)
    found = fitting_pairs()
    assert [(pair.offer, pair.request) for pair in found.pairs] == [(offer, wanted)]
    assert (found.offers, found.requests, found.is_cut) == (MANY + 1, 1, False)
    assert f"All open offers ({MANY + 1}) are compared with all open requests (1)." in client.get("/exchanges/").text


def test_the_best_pairs_are_those_that_one_by_one_comparison_finds() -> None:
    rng, by = Random(3), [make.make_member() for _number in range(4)]
    terms = [make.make_term() for _number in range(2)]
    places = [make.make_territory(code, country=code[:2]) for code in ("ITF3", "ITF4", "EL43")]
    for number in range(40):
        said = " ".join(rng.sample(["buoys", "anchors", "seagrass", "drones", "fences", "terraces"], rng.randint(0, 4)))
        row = make.make_exchange(
            f"{said} {number}",
            by=rng.choice(by),
            is_offer=number % 2 == 0,
            languages=rng.sample(["en", "it"], number % 3),
        )
        row.challenges.set(rng.sample(terms, rng.randint(0, 1)))
        row.territories.set(rng.sample(places, rng.randint(0, 1)))
    rows, around = list(PeerExchange.objects.for_page()), Places()
    pairs = []
    for offer in (row for row in rows if row.is_offer):
        there = around.around(offer.territories.all())
        fits = [compare(offer, row, there) for row in rows if not row.is_offer and row.opener != offer.opener]
        best = max(fits, key=lambda fit: (fit.points, fit.row.pk))
        pairs.append((best.points, offer.pk, best.row.pk, best.reasons))
    expected = [(offer, request, reasons) for _points, offer, request, reasons in sorted(pairs, reverse=True)[:PAIRS]]
    assert [(pair.offer.pk, pair.request.pk, pair.reasons) for pair in fitting_pairs().pairs] == expected
