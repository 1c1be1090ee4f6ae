"""A form saved without a change drops nothing of what stands there, whatever was retired, ended or merged since.

Choices are narrowed to what may be chosen today: terms in use, selectable territories, groups that are open. What an
entry holds already is not of these for ever; an import takes more than forms offer, too.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django import forms
from django.http import QueryDict

from clusters.actions.meeting import organisations_of
from clusters.choices import ParticipationRole, State
from clusters.forms import panel, proposal_people, proposal_question, proposal_results, proposal_scope
from clusters.forms.amendment import AmendmentForm
from clusters.forms.meeting import MeetingForm
from clusters.forms.roadmap import StageForm
from clusters.models import Cluster, Participation
from community.choices import SolutionStatus, TerritoryLevel, Vocabulary
from community.forms.comparing import as_sent
from community.forms.exchange import ExchangeForm
from community.forms.liaison import LiaisonForm
from community.forms.need import NeedForm
from community.forms.offering import initial_keys
from community.forms.own_data import OwnDataForm
from community.forms.solution import SolutionForm
from community.models import Affiliation, Liaison, Member, Organisation, Solution, Term, Territory, WorkingGroup
from results.forms.review import ReviewForm
from results.forms.uptake import UptakeForm
from tests import factories as make
from tests.cast import Cast, make_cast, make_cluster
from tests.clusters.making_panels import asked
from tests.factories import NOW, TODAY
from tests.matrix.places_room import make_meeting
from tests.results.making import make_uptake
from tests.results.making_reviews import make_review
from tests.test_hidden_fields import all_forms

pytestmark = pytest.mark.django_db

#: What makes a form: unbound, or on what was sent.
Maker = Callable[..., Any]
#: Forms that begin with nothing that stands anywhere: what they offer is chosen anew each time.
CHOSEN_ANEW = {
    "clusters.forms.lifecycle.MoveForm",
    "clusters.forms.panel.PeopleForm",
    "clusters.forms.participation.WantForm",
}


def _of(vocabulary: str) -> Term:
    return make.make_term(vocabulary)


def _solution(cast: Cast) -> Maker:
    row = make.make_solution(type=_of(Vocabulary.SOLUTION_TYPE), maturity=_of(Vocabulary.MATURITY))
    row.contact = cast.member("member")
    row.save()
    row.challenges.set([_of(Vocabulary.CHALLENGE)])
    row.tested_in.set([make.make_territory()])
    return lambda *given: SolutionForm(*given, instance=Solution.objects.get(pk=row.pk), user=cast.user("lead"))


def _need(cast: Cast) -> Maker:
    row = make.make_need()
    row.challenges.set([_of(Vocabulary.CHALLENGE)])
    row.solution_types.set([_of(Vocabulary.SOLUTION_TYPE)])
    row.territories.set([make.make_territory()])
    return lambda *given: NeedForm(*given, instance=row)


def _exchange(cast: Cast) -> Maker:
    row = make.make_exchange(by=cast.member("member"), languages=("en",))
    row.challenges.set([_of(Vocabulary.CHALLENGE)])
    row.territories.set([make.make_territory()])
    return lambda *given: ExchangeForm(*given, instance=row)


def _panel(cast: Cast) -> Maker:
    expertise, places = [_of(Vocabulary.EXPERTISE)], [make.make_territory()]
    row = asked(cast, make_cluster(cast, State.RUNNING), expertise=expertise, territories=places)
    return lambda *given: panel.QuestionForm(*given, instance=row)


def _panel_begun(cast: Cast) -> Maker:
    cluster = make_cluster(cast, State.RUNNING)
    cluster.territories.set([make.make_territory()])
    return lambda *given: panel.QuestionForm(*given, initial={"territories": cluster.territories.all(), "text": "Who?"})


def _liaison(cast: Cast) -> Maker:
    there = make.make_organisation("Forum of harbours")
    row = Liaison.objects.create(
        working_group=cast.group, network="Forum", organisation=there, kept_by=cast.member("member")
    )
    Organisation.objects.filter(pk=there.pk).update(merged_into=cast.organisation)
    nobody = Member.objects.none()
    return lambda *given: LiaisonForm(*given, instance=row, people=nobody, user=cast.user("coordinator"))


def _own(cast: Cast) -> Maker:
    row = cast.member("member")
    row.expertise.set([_of(Vocabulary.EXPERTISE)])
    return lambda *given: OwnDataForm(*given, instance=Member.objects.get(pk=row.pk))


def _step(form: Any, cast: Cast, draft: Cluster) -> Maker:
    def made(data: Any = None) -> Any:
        typed = QueryDict(mutable=True)
        for name, value in (data or {}).items():
            typed.setlist(name, value if isinstance(value, list) else ["" if value is None else str(value)])
        cluster = Cluster.objects.get(pk=draft.pk)
        return form(cluster, cast.user("proposer"), typed=None if data is None else typed)

    return made


def _draft(cast: Cast) -> Cluster:
    draft = make_cluster(cast, State.DRAFT, specific_objective=_of(Vocabulary.OBJECTIVE))
    draft.themes.set([_of(Vocabulary.CHALLENGE)])
    draft.sdgs.set([_of(Vocabulary.SDG)])
    draft.territories.set([make.make_territory()])
    draft.further_working_groups.set([cast.other_group])
    draft.solutions.set([cast.solution])
    return draft


def _uptake(cast: Cast) -> Maker:
    cluster = make_cluster(cast, State.RUNNING)
    row = make_uptake(cast, cluster, territory=make.make_territory())
    return lambda *given: UptakeForm(*given, cluster=cluster, user=cast.user("lead"), on=TODAY, uptake=row)


def _stage(cast: Cast) -> Maker:
    cluster = make_cluster(cast, State.RUNNING)
    first, row = make.make_member(), cluster.stages.all()[0]
    row.responsible = first
    row.save()
    return lambda *given: StageForm(*given, cluster=cluster, on=TODAY, stage=row)


def _meeting(cast: Cast) -> Maker:
    cluster = make_cluster(cast, State.RUNNING)
    row = make_meeting(cast, cluster, organisers=[cast.organisation])
    return lambda *given: MeetingForm(*given, meeting=row, organisations=organisations_of(cluster, row))


def _review(cast: Cast) -> Maker:
    row = make_review(cast, make_cluster(cast, State.RUNNING))
    Participation.objects.filter(member=cast.member("participant")).update(role=ParticipationRole.OBSERVER)
    return lambda *given: ReviewForm(*given, review=row)


def _amendment(cast: Cast) -> Maker:
    cluster = make_cluster(cast, State.RUNNING)
    return lambda *given: AmendmentForm(*given, cluster=cluster)


#: What makes each form, and which of its fields must hold something.
SCENES: dict[str, tuple[type[forms.BaseForm], Callable[[Cast], Maker], set[str]]] = {
    "solution": (SolutionForm, _solution, {"challenges", "type", "maturity", "tested_in", "contact"}),
    "need": (NeedForm, _need, {"challenges", "solution_types", "territories"}),
    "exchange": (ExchangeForm, _exchange, {"challenges", "territories"}),
    "panel": (panel.QuestionForm, _panel, {"expertise", "territories"}),
    "panel, begun": (panel.QuestionForm, _panel_begun, {"territories"}),
    "liaison": (LiaisonForm, _liaison, {"organisation", "kept_by"}),
    "own data": (OwnDataForm, _own, {"expertise"}),
    "question": (
        proposal_question.QuestionForm,
        lambda cast: _step(proposal_question.QuestionForm, cast, _draft(cast)),
        {"themes", "sdgs", "specific_objective"},
    ),
    "scope": (
        proposal_scope.ScopeForm,
        lambda cast: _step(proposal_scope.ScopeForm, cast, _draft(cast)),
        {"territories"},
    ),
    "results": (
        proposal_results.ResultsForm,
        lambda cast: _step(proposal_results.ResultsForm, cast, _draft(cast)),
        {"solutions"},
    ),
    "people": (
        proposal_people.PeopleForm,
        lambda cast: _step(proposal_people.PeopleForm, cast, _draft(cast)),
        {"working_group", "further_working_groups", "lead_organisation"},
    ),
    "uptake": (UptakeForm, _uptake, {"territory"}),
    "stage": (StageForm, _stage, {"responsible"}),
    "meeting": (MeetingForm, _meeting, {"organisers"}),
    "review": (ReviewForm, _review, {"reviewers"}),
    "amendment": (AmendmentForm, _amendment, {"working_group"}),
}


def _age() -> None:
    """Let nothing be on offer any more: terms retired, territories of another level, groups closed, work ended."""
    Term.objects.update(is_retired=True)
    Territory.objects.update(level=TerritoryLevel.NUTS3, is_programme_region=False)
    WorkingGroup.objects.update(is_active=False)
    Affiliation.objects.update(until_on=TODAY - timedelta(days=1))
    Solution.objects.update(status=SolutionStatus.RETIRED)


def _narrows(form: Any) -> bool:
    return any(isinstance(field, forms.ModelChoiceField) for field in form.base_fields.values())


def test_every_form_that_offers_rows_has_its_scene() -> None:
    ours = [one for one in all_forms() if ".forms." in one.__module__ and _narrows(one)]
    known = {form for form, _scene, _held in SCENES.values()}
    assert {SolutionForm, NeedForm, OwnDataForm} <= set(ours)
    assert {f"{one.__module__}.{one.__qualname__}" for one in ours if one not in known} == CHOSEN_ANEW


@pytest.mark.parametrize("scene", SCENES)
def test_saving_without_a_change_keeps_what_stands_there(scene: str) -> None:
    _form, make_scene, held = SCENES[scene]
    with time_machine.travel(NOW, tick=False):
        made = make_scene(make_cast())
        _age()
        blank = made()
        before = {name: {str(key) for key in initial_keys(blank.initial.get(name))} for name in held}
        data = {one.html_name: as_sent(one, one.value()) for one in blank}
        sent = made({**data, "reason": "As agreed."} if "reason" in data else data)
        assert sent.is_valid(), sent.errors
        after = {name: {str(key) for key in _keys(sent.cleaned_data[name])} for name in held}
    assert all(before.values())
    assert after == before


def _keys(value: Any) -> list[Any]:
    several = list(value) if hasattr(value, "__iter__") and not isinstance(value, str) else [value]
    return initial_keys(several)
