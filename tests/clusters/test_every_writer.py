"""Every press that changes the words of a proposal binds who pressed it: a new one that does not is found here."""

from __future__ import annotations

import importlib
import inspect
import os
import pkgutil
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from django.core.files.base import ContentFile

from clusters import actions
from clusters.actions.amendment import suggest_amendment
from clusters.actions.meeting import note_decision
from clusters.actions.proposal_values import FIELDS, digest, stored
from clusters.actions.translation import Typed, hash_of
from clusters.choices import EDITABLE_STATES, OutcomeKind, State
from clusters.lifecycle import VERBS
from clusters.models import Cluster, MergeRequest, Outcome, Participation, Stage
from clusters.notifications.invitation import PURPOSE
from clusters.permissions import deciding_members, parties
from clusters.querysets.cluster import WRITING_VERBS
from clusters.translatable import texts_of
from community import links
from community.actions.transition import transition
from community.permissions import Refusal
from tests.cast import Cast, make_cast, make_cluster
from tests.factories import NOW
from tests.matrix.places import make_comment, make_condition, make_file, make_follow_up, make_invitation, make_prepared
from tests.matrix.places_panel import make_panel
from tests.matrix.places_room import make_begun_meeting, make_meeting, make_room_file

pytestmark = [pytest.mark.django_db, pytest.mark.wide]

ON = date(2026, 5, 12)
TITLE = "Written by a coordinator"
WISHED: dict[str, Any] = {"ends_on": "2026-11-30"}


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def presses() -> dict[str, Callable[..., Any]]:
    """Return all actions on clusters that are done by somebody on something, by module and name."""
    found = {}
    for info in pkgutil.iter_modules(actions.__path__):
        module = importlib.import_module(f"{actions.__name__}.{info.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if name.startswith("_") or function.__module__ != module.__name__:
                continue
            by = inspect.signature(function).parameters.get("by")
            if by is not None and by.kind is by.KEYWORD_ONLY and hasattr(function, "__wrapped__"):
                found[f"{info.name}.{name}"] = function
    return found


PRESSES = presses()
#: These change the words of a proposal; all others must leave them alone.
WRITE = {"proposal.save_step"}


def arguments(
    function: Callable[..., Any], cluster: Cluster, cast: Cast, besides: Collection[str] = ()
) -> dict[str, Any]:
    """Return what to press with, `besides` left out: every part that a proposal has is one of this cluster.

    Raises:
        KeyError: a new action takes something that is not known here; say what it is pressed with.
    """
    makers: dict[str, Callable[[], Any]] = {
        "by": lambda: cast.user("coordinator"),
        "cluster": lambda: cluster,
        "into": lambda: make_cluster(cast, State.APPROVED),
        "stage": cluster.stages.first,
        "before": dict,
        "since": lambda: NOW,
        "objective": cluster.objectives.first,
        "outcome": lambda: Outcome.objects.create(cluster=cluster, kind=OutcomeKind.ANSWER, title="An annex"),
        "condition": lambda: make_condition(cast, make_cluster(cast, State.RUNNING)),
        "follow_up": lambda: make_follow_up(cast, make_cluster(cast, State.CONCLUDED)),
        "answer": lambda: "confirmed",
        "participation": lambda: Participation.objects.create(
            cluster=cluster, member=cast.member("member"), organisation=cast.organisation, status="requested"
        ),
        "purpose": lambda: "For the tide gauges",
        "invitation": lambda: make_invitation(cast, cluster),
        "link": lambda: links.reserve(
            PURPOSE,
            subject=make_invitation(cast, cluster, cast.user("coordinator").email),
            address=cast.user("coordinator").email,
            by=None,
        ),
        "request": lambda: MergeRequest.objects.create(
            cluster=cluster,
            into=make_cluster(cast, State.APPROVED),
            asked_by=cast.user("mission_coordinator"),
            asked_at=NOW,
        ),
        "amendment": lambda: suggest_amendment(
            cluster=make_cluster(cast, State.RUNNING), by=cast.user("participant"), wished=WISHED, reason="Later."
        ),
        "prepared": lambda: make_prepared(cast, make_cluster(cast, State.SUBMITTED)),
        "until": lambda: None,
        "wished": lambda: WISHED,
        "verb": lambda: "amendment.proposed",
        "text": lambda: "A comment.",
        "member": lambda: cast.member("other_lead"),
        "reader": lambda: cast.member("other_lead"),
        "reader_key": lambda: cast.member("other_lead").key,
        "organisation": lambda: cast.partner,
        "role": lambda: "observer",
        "way": lambda: "interest",
        "accept": lambda: True,
        "content": lambda: ContentFile(b"31 wells", "readings.txt"),
        "file": lambda: make_file(cast, make_cluster(cast, State.RUNNING)),
        "title": lambda: "Two tables or one?",
        "comment": lambda: make_comment(cast, make_cluster(cast, State.RUNNING), "coordinator"),
        "thread": lambda: make_comment(cast, make_cluster(cast, State.RUNNING)),
        "room_file": lambda: make_room_file(cast, make_cluster(cast, State.RUNNING)),
        "visibility": lambda: "room",
        "meeting": lambda: make_begun_meeting(cast, make_cluster(cast, State.RUNNING)),
        "decision": lambda: note_decision(
            meeting=make_meeting(cast, make_cluster(cast, State.RUNNING)), by=cast.user("lead"), text="Two tables."
        ),
        "about": lambda: cluster,
        "question": lambda: make_panel(cast),
        "members": list,
        "panel_place": lambda: make_panel(cast).answers.get(),
        "step": lambda: "panel.taken_back" if "panel_place" in needed else "panel_question.withdraw",
        "is_coming": lambda: True,
        "minutes": lambda: "All came.",
        "attendance": lambda: {cast.organisation: (3, 0)},
        "subject": lambda: "The bill",
        "access": lambda: "comment",
        "join_policy": lambda: "application",
        "size_limit": lambda: 9,
        "days": lambda: 1,
        "up": lambda: True,
        "place": lambda: 1,
        "seen_order": lambda: [stage.pk for stage in cluster.stages.all()],
        "seen_version": lambda: 1,
        "seen": lambda: digest(stored(cluster, {"title": ""})),
        "reason": lambda: "A reason.",
        "note": lambda: "A note.",
        "measured": lambda: "Two annexes",
        "was_measured": lambda: "",
        "is_reached": lambda: True,
        "was_reached": lambda: None,
        "code": lambda: "abcdefgh",
        "language": lambda: "el",
        "typed": lambda: [
            Typed(text.slot, "Έλη", "", hash_of(text.text)) for text in texts_of(cluster) if text.path == "title"
        ],
        "took_place": lambda: [stage.pk for stage in cluster.stages.all()],
        "actual_start_on": lambda: ON,
        "actual_end_on": lambda: ON,
    }
    given = inspect.signature(function).parameters.values()
    needed = [p.name for p in given if p.default is p.empty and p.kind is p.KEYWORD_ONLY and p.name not in besides]
    values: dict[str, Any] = {"values": lambda: {"title": TITLE}}
    return {name: (makers | values)[name]() for name in needed}


#: Every press in the long run, every day a half of them, always the same.
SOME_PRESSES = list(PRESSES) if os.environ.get("THOROUGH") == "1" else sorted(PRESSES)[::2]


def led_by_coordinator(cast: Cast, state: str) -> Cluster:
    """A proposal whose named lead coordinates the deciding group and wrote nothing yet."""
    cluster = make_cluster(cast, state)
    cluster.participations.filter(role="lead").delete()
    Cluster.objects.filter(pk=cluster.pk).update(lead=cast.member("coordinator"), lead_accepted_at=None)
    return Cluster.objects.get(pk=cluster.pk)


def words(cluster: Cluster) -> str:
    fresh = Cluster.objects.filter(pk=cluster.pk).first()
    return digest(stored(fresh, tuple(FIELDS))) if fresh else ""


@pytest.mark.parametrize("state", sorted(EDITABLE_STATES))
@pytest.mark.parametrize("name", SOME_PRESSES)
def test_who_changes_the_words_of_a_proposal_does_not_decide_on_it(cast: Cast, name: str, state: str) -> None:
    coordinator, cluster = cast.member("coordinator"), led_by_coordinator(cast, state)
    given = arguments(PRESSES[name], cluster, cast)
    before = words(cluster)
    with suppress(Refusal):
        PRESSES[name](**given)
    has_written = words(cluster) != before
    assert has_written is (name in WRITE)
    Cluster.objects.filter(pk=cluster.pk).update(lead=cast.member("lead"))
    handed_on = Cluster.objects.get(pk=cluster.pk)
    assert (coordinator.pk in parties(handed_on)) is has_written
    assert (coordinator in deciding_members(handed_on, ON)) is not has_written
    assert Cluster.objects.without_party(coordinator.pk).filter(pk=cluster.pk).exists() is not has_written


def test_the_list_of_presses_is_not_empty() -> None:
    assert {"proposal.save_step", "proposal.create_draft", "participation.enter", "roadmap.add_stage"} <= set(PRESSES)


def test_a_verb_by_which_one_binds_oneself_to_a_proposal_is_known_as_writing() -> None:
    """Who proposes, accepts to lead or adopts; the rest says no to it, takes it back, or decides."""
    bind_nobody = {"discard", "take_back_lead", "decline_lead", "recall", "withdraw", "undo"}
    pressed = {verb.code for verb in VERBS if set(verb.sources) & EDITABLE_STATES and not verb.four_eyes}
    assert pressed - bind_nobody == set(WRITING_VERBS) - {"proposal.edited"}


def test_an_acting_lead_stays_a_party_after_another_one_adopts(cast: Cast) -> None:
    cluster = make_cluster(cast, State.RUNNING)
    cluster = transition(cluster, "step_down", by=cast.user("lead"), reason="A new post.")
    for role in ("coordinator", "mission_coordinator"):
        cluster = transition(cluster, "adopt", by=cast.user(role), reason="To keep it going.")
    cluster = Cluster.objects.get(pk=cluster.pk)
    assert cluster.acting_lead == cast.member("mission_coordinator")
    first = cast.member("coordinator")
    assert first.pk in parties(cluster)
    assert first not in deciding_members(cluster, ON)
    assert not Cluster.objects.without_party(first.pk).filter(pk=cluster.pk).exists()


@pytest.mark.parametrize("led", [True, False])
def test_whose_words_are_proposed_again_does_not_decide_on_them(cast: Cast, led: bool) -> None:
    old = make_cluster(cast, State.DISCONTINUED, **({"lead": cast.member("coordinator")} if led else {}))
    transition(old, "propose_again", by=cast.user("member"))
    draft = Cluster.objects.get(follows=old)
    coordinator = cast.member("coordinator")
    assert (coordinator.pk in parties(draft)) is led
    Cluster.objects.filter(pk=draft.pk).update(state=State.SUBMITTED, reference="M4N-CL-2026-902")
    again = Cluster.objects.get(pk=draft.pk)
    assert (coordinator in deciding_members(again, ON)) is not led
    assert Cluster.objects.without_party(coordinator.pk).filter(pk=again.pk).exists() is not led
    assert Stage.objects.filter(cluster=again).exists()
