"""The owner's answer to a review that is corrected meanwhile: nothing that was typed or said is lost."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from clusters.models import Cluster
from community.models import Event
from results.actions import review as actions
from results.models import PeerReview
from tests.cast import Cast
from tests.results.making_reviews import answer, make_owner, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def correct(cast: Cast, review: PeerReview, *texts: str) -> PeerReview:
    """Correct what is recommended, in the name of the cluster's lead."""
    given: dict[str, Any] = {"reason": "Clearer words.", "values": {"recommendations": list(texts)}}
    return actions.act_on_review(review=review, verb="review.corrected", by=cast.user("lead"), **given)


def texts(page: Any) -> dict[str, str]:
    """Return the words that travel with the answer to each recommendation."""
    return dict(re.findall(r'<input type="hidden" name="(text_[0-9]+)" value="([^"]*)">', page.text))


def typed(client: Client, review: PeerReview) -> dict[str, Any]:
    """Return what the owner typed into the form as it was opened."""
    page = client.get(f"/reviews/{review.pk}/answer/")
    sent = {field.html_name: field.value() for field in page.context["form"]} | texts(page)
    first, second = review.recommendations.all()
    said = {f"answer_{first.pk}": "accepted", f"note_{first.pk}": "Nine euros a metre."}
    said |= {f"answer_{second.pk}": "declined", f"note_{second.pk}": "No port wants to be named."}
    return {**sent, **said, "answer": "We write both down."}


def owner(cast: Cast) -> Client:
    client = Client()
    client.force_login(make_owner(cast))
    return client


def test_what_is_worded_as_before_stays_the_same_recommendation_in_any_order(cast: Cast, cluster: Cluster) -> None:
    review = answer(cast, published(cast, cluster))
    first, second = review.recommendations.all()
    rows = correct(cast, review, "Say for whom.", "Name a port.", "Say what it costs.").recommendations.all()
    assert [(row.position, row.pk) for row in rows][1:] == [(2, second.pk), (3, first.pk)]
    assert [row.answer for row in rows] == ["", "declined", "accepted"]


def test_what_the_owner_said_to_a_recommendation_that_goes_stays_in_the_history(cast: Cast, cluster: Cluster) -> None:
    review = answer(cast, published(cast, cluster))
    correct(cast, review, "Name a port.")
    changes = Event.objects.about(review).get(verb="review.corrected").detail.body["changes"]
    assert changes["Answers to recommendations that went"] == {
        "was": "Say what it costs.\nAccepted: So be it.",
        "now": "",
    }


def test_an_answer_to_a_review_that_was_only_put_in_another_order_is_asked_again_whole(
    cast: Cast, cluster: Cluster
) -> None:
    review, client = published(cast, cluster), owner(cast)
    sent = typed(client, review)
    correct(cast, review, "Name a port.", "Say what it costs.")
    page = client.post(f"/reviews/{review.pk}/answer/", sent)
    assert (page.status_code, "was changed while you were reading" in page.text) == (409, True)
    again = {field.html_name: field.value() for field in page.context["form"]} | texts(page)
    assert {**sent, "seen": str(review.version + 1)} == again
    assert client.post(f"/reviews/{review.pk}/answer/", again).status_code == 302
    said = PeerReview.objects.get().recommendations.values_list("text", "answer", "answer_note")
    assert list(said) == [
        ("Name a port.", "declined", "No port wants to be named."),
        ("Say what it costs.", "accepted", "Nine euros a metre."),
    ]


def test_what_was_typed_to_a_recommendation_that_went_meanwhile_is_shown_with_its_words(
    cast: Cast, cluster: Cluster
) -> None:
    review, client = published(cast, cluster), owner(cast)
    sent = typed(client, review)
    correct(cast, review, "Say what it costs.", "Name two ports.")
    address = f"/reviews/{review.pk}/answer/"
    page = client.post(address, sent)
    assert (page.status_code, "was changed while you were reading" in page.text) == (409, True)
    for words in ("We write both down.", "Nine euros a metre.", "Name two ports."):
        assert words in page.text, words
    assert [(one.text, one.note) for one in page.context["form"].left] == [
        ("Name a port.", "No port wants to be named.")
    ]
    kept = {one.name: one.note for one in page.context["form"].left}
    assert 'name="{}" value="No port wants to be named."'.format(*kept) in page.text
    again = {field.html_name: field.value() or "" for field in page.context["form"]}
    third = client.post(address, {**again, **kept})
    assert (third.status_code, "No port wants to be named." in third.text) == (422, True)
    last = review.recommendations.get(text="Name two ports.")
    assert client.post(address, {**again, **kept, f"answer_{last.pk}": "declined"}).status_code == 302


def test_an_answer_that_was_given_meanwhile_is_shown_and_stays_in_the_history(cast: Cast, cluster: Cluster) -> None:
    review, client = published(cast, cluster), owner(cast)
    sent = typed(client, review)
    answer(cast, review, answer="A colleague's words.")
    page = client.post(f"/reviews/{review.pk}/answer/", sent)
    assert page.status_code == 409
    for words in ("We write both down.", "A colleague&#x27;s words.", "Accepted: So be it."):
        assert words in page.text, words
    again = {field.html_name: field.value() for field in page.context["form"]}
    assert client.post(f"/reviews/{review.pk}/answer/", again).status_code == 302
    changes = Event.objects.about(review).filter(verb="review.answered").order_by("-pk")[0].detail.body["changes"]
    assert changes["Answer"] == {"was": "A colleague's words.", "now": "We write both down."}
    assert changes["Answers to recommendations"]["was"].startswith("Say what it costs.\nAccepted: So be it.")
