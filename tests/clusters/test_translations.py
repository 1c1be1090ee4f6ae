"""Texts of a cluster in other languages: side by side, saved in part, stale once their source changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from clusters.actions.outcome import add_outcome
from clusters.actions.translation import Typed, hash_of, save_translations
from clusters.choices import Access, OutcomeKind, ParticipationStatus, State
from clusters.models import Cluster, Stage, Translation
from clusters.summary import snapshot
from clusters.translatable import fitting, side_by_side, texts_in, texts_of, with_texts
from community.models import Event
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TITLE, PART = ("cluster", 0, "title"), "cluster-0-title"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.fixture
def cluster(cast: Cast) -> Cluster:
    return make_cluster(cast, State.RUNNING)


def typed(cluster: Cluster, text: str, *, slot: Any = TITLE, seen: str = "", **more: Any) -> Typed:
    source = next(one.text for one in texts_of(cluster) if one.slot == slot)
    return Typed(slot, text, seen, hash_of(source), **more)


def save(cast: Cast, cluster: Cluster, *rows: Typed, role: str = "lead", language: str = "el") -> Any:
    return save_translations(cluster=cluster, language=language, by=cast.user(role), typed=rows)


def rename(cluster: Cluster, title: str) -> None:
    """Change a text, as an accepted amendment does."""
    Cluster.objects.filter(pk=cluster.pk).update(title=title, version=cluster.version + 1)


def fields_of(html: str) -> dict[str, str]:
    """Return what a browser would send of the page's form, unchanged."""
    found = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html)
    }
    for name, value in re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', html, re.S):
        found[name] = unescape(value)
    return {name: value for name, value in found.items() if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("state", [State.DRAFT, State.SUBMITTED, State.RUNNING, State.CONCLUDED])
def test_the_cluster_and_its_snapshot_hold_the_same_texts(cast: Cast, state: State) -> None:
    cluster = make_cluster(cast, state)
    if state == State.RUNNING:
        add_outcome(
            cluster=cluster, by=cast.user("lead"), kind=OutcomeKind.ANSWER, title="An annex", description="Used."
        )
    live, frozen = texts_of(cluster), texts_in(snapshot(cluster, at=NOW))
    assert [(one.path, one.text) for one in live] == [(one.path, one.text) for one in frozen]
    assert {"title", "question"} <= {one.path for one in live}
    slots = [one.slot for one in live]
    assert len(slots) == len(set(slots))


def test_a_text_is_translated_changed_and_taken_off(cast: Cast, cluster: Cluster) -> None:
    assert save(cast, cluster, typed(cluster, "Υγρότοποι")).written == 1
    row = Translation.objects.get()
    assert (row.language, row.text, row.source, row.by, row.at) == (
        "el",
        "Υγρότοποι",
        cluster.title,
        cast.user("lead"),
        NOW,
    )
    event = Event.objects.get(verb="translation.saved")
    assert (event.kind, event.data, event.detail.body) == (
        "cluster",
        {"language": "el", "texts": 1},
        {"title": "Ελληνικά"},
    )
    assert save(cast, cluster, typed(cluster, "Υγρότοποι", seen="Υγρότοποι")).written == 0
    assert Event.objects.filter(verb="translation.saved").count() == 1
    assert save(cast, cluster, typed(cluster, "Έλη", seen="Υγρότοποι")).written == 1
    assert Translation.objects.get().text == "Έλη"
    assert save(cast, cluster, typed(cluster, "", seen="Έλη")).written == 1
    assert not Translation.objects.exists()


def test_a_draft_is_translated_without_a_trace_in_the_history(cast: Cast) -> None:
    draft = make_cluster(cast, State.DRAFT)
    before = Event.objects.count()
    assert save(cast, draft, typed(draft, "Έλη"), role="proposer").written == 1
    assert Event.objects.count() == before


def test_once_the_text_changes_its_translation_is_stale_and_fits_old_snapshots_only(
    cast: Cast, cluster: Cluster
) -> None:
    save(cast, cluster, typed(cluster, "Έλη"))
    old = snapshot(cluster, at=NOW)
    rename(cluster, "Another title")
    rows = list(Translation.objects.all())
    assert fitting(old, rows) == {"title": "Έλη"}
    assert fitting(snapshot(cluster, at=NOW), rows) == {}
    side = side_by_side(texts_of(cluster), rows)[0]
    assert (side.is_stale, side.row) == (True, rows[0])
    assert save(cast, cluster, typed(cluster, "Έλη", seen="Έλη")).written == 0
    assert save(cast, cluster, typed(cluster, "Έλη", seen="Έλη", still_right=True)).written == 1
    assert fitting(snapshot(cluster, at=NOW), Translation.objects.all()) == {"title": "Έλη"}


def test_the_same_words_elsewhere_are_translated_too(cast: Cast, cluster: Cluster) -> None:
    first = Stage.objects.create(cluster=cluster, position=8, title="Two days at the wells")
    save(cast, cluster, typed(cluster, "Στάδιο", slot=("stage", first.pk, "title")))
    Stage.objects.create(cluster=cluster, position=9, title=first.title)
    assert [side.row is not None for side in side_by_side(texts_of(cluster), Translation.objects.all())].count(
        True
    ) == 2
    first.delete()
    assert "Στάδιο" in fitting(snapshot(cluster, at=NOW), Translation.objects.all()).values()


def test_a_snapshot_takes_translations_and_marks_the_rest(cluster: Cluster) -> None:
    taken = snapshot(cluster, at=NOW)
    made = with_texts(taken, {"title": "Έλη"}, lambda text: f"[{text}]")
    assert (made["title"], made["question"]) == ("Έλη", f"[{taken['question']}]")
    assert made["stages"][0]["title"] == f"[{taken['stages'][0]['title']}]"
    assert taken == snapshot(cluster, at=NOW)


def test_two_at_once_lose_nothing_and_are_told(cast: Cast, cluster: Cluster) -> None:
    save(cast, cluster, typed(cluster, "Έλη"))
    mine = [typed(cluster, "Υγρότοποι"), typed(cluster, "Πώς;", slot=("cluster", 0, "question"))]
    saved = save(cast, cluster, *mine, role="coordinator")
    assert (saved.written, list(saved.problems)) == (1, [TITLE])
    assert "“Έλη”" in saved.problems[TITLE]
    assert cast.user("lead").get_full_name() in saved.problems[TITLE]
    late = typed(cluster, "Υγρότοποι", seen="Έλη")
    rename(cluster, "Another title")
    assert "was changed while" in save(cast, cluster, late).problems[TITLE]
    assert Translation.objects.get(field="title").text == "Έλη"


def test_limits_and_signs_are_those_of_the_source(cast: Cast, cluster: Cluster) -> None:
    many = [typed(cluster, text) for text in ("x" * 101, "x" * 103, "one\ntwo", "a\u202eb")]
    words = [save(cast, cluster, one).problems.get(TITLE, "") for one in many]
    assert [word[:22] for word in words] == [
        "1 sign too many: it ma",
        "3 signs too many: it m",
        "This must be one line.",
        "This text holds an inv",
    ]
    assert not Translation.objects.exists()


def test_who_may_and_into_which_languages(cast: Cast, cluster: Cluster) -> None:
    def answer(role: str, cluster: Cluster, language: str = "el") -> str:
        try:
            return str(save(cast, cluster, typed(cluster, "Έλη"), role=role, language=language).written)
        except Refusal as refusal:
            return refusal.code

    assert [answer(role, cluster) for role in ("lead", "member", "other_coordinator", "admin")] == [
        "1",
        *["forbidden"] * 3,
    ]
    cluster.participations.filter(status=ParticipationStatus.ACTIVE).update(access=Access.COMMENT)
    assert answer("participant", cluster, "fr") == "forbidden"
    cluster.participations.filter(status=ParticipationStatus.ACTIVE).update(access=Access.CONTRIBUTE)
    assert answer("participant", cluster, "fr") == "1"
    assert [answer("lead", cluster, code) for code in ("en", "tlh")] == ["state", "state"]
    assert answer("lead", make_cluster(cast, State.CONCLUDED)) == "1"
    assert answer("coordinator", make_cluster(cast, State.DECLINED)) == "state"


def test_the_pages_show_how_far_each_language_is(cast: Cast, cluster: Cluster) -> None:
    client, path = Client(), f"/clusters/{cluster.reference}/translations/"
    client.force_login(cast.user("lead"))
    assert f'href="{path}"' in client.get(f"/clusters/{cluster.reference}/").text
    save(cast, cluster, typed(cluster, "Έλη"))
    total = len(texts_of(cluster))
    page = client.get(path).text
    assert f"1 of {total}" in page
    assert '<span lang="el">Ελληνικά</span></a> <span class="meta">Greek</span>' in page
    rename(cluster, f"{cluster.title} again")
    page = client.get(f"{path}el/").text
    assert "<ins>again</ins>" in page.replace("<ins> again</ins>", "<ins>again</ins>")
    assert f'<div class="source" lang="en"><p>{cluster.question}</p>' in page
    assert re.search(rf'<textarea name="{PART}"[^>]*lang="el"[^>]*>\s*Έλη</textarea>', page)
    for missing in ("en", "tlh"):
        assert client.get(f"{path}{missing}/").status_code == 404
    client.force_login(cast.user("member"))
    assert client.get(path).status_code == 200
    assert client.get(f"{path}el/").status_code == 403


def test_the_page_saves_in_part_keeps_what_was_typed_and_then_saves_it(cast: Cast, cluster: Cluster) -> None:
    client, path = Client(), f"/clusters/{cluster.reference}/translations/el/"
    client.force_login(cast.user("lead"))
    sent = fields_of(client.get(path).text) | {PART: "x" * 120, "cluster-0-question": "Πώς;\r\n"}
    answer = client.post(path, sent)
    assert answer.status_code == 422
    assert Translation.objects.get().text == "Πώς;"
    again = fields_of(answer.text)
    assert (again[PART], again["cluster-0-question"]) == ("x" * 120, "Πώς;")
    assert "1 text was saved" in answer.text
    assert client.post(path, again | {PART: "Έλη"}).status_code == 302
    assert Translation.objects.filter(language="el").count() == 2


def test_a_stale_edit_comes_back_with_both_and_the_next_press_counts(cast: Cast, cluster: Cluster) -> None:
    client, path = Client(), f"/clusters/{cluster.reference}/translations/el/"
    client.force_login(cast.user("lead"))
    sent = fields_of(client.get(path).text) | {PART: "Υγρότοποι"}
    save(cast, cluster, typed(cluster, "Έλη"), role="coordinator")
    answer = client.post(path, sent)
    assert answer.status_code == 409
    assert "“Έλη”" in answer.text
    assert fields_of(answer.text)[PART] == "Υγρότοποι"
    assert client.post(path, fields_of(answer.text)).status_code == 302
    assert Translation.objects.get().text == "Υγρότοποι"
    rename(cluster, "Another title")
    assert client.post(path, fields_of(client.get(path).text) | {f"ok-{PART}": "on"}).status_code == 302
    assert Translation.objects.get().source == "Another title"
