"""The lives of a question to an advice panel and of each place on the panel: two small tables, the one door."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from clusters.choices import OPEN_PLACES, Capacity, PanelPlace, PanelState
from clusters.rules import panel as rules
from community import lifecycle
from community.lifecycle import Reason, Verb

S, P = PanelState, PanelPlace
ASKER, PANEL, CLOCK = (Capacity.ASKER,), (Capacity.PANEL,), (Capacity.CLOCK,)


def _after_the_end(question: Any) -> str:
    """Return what becomes of a question whose cluster or need is over: advice that was given stays to be told."""
    return S.ANSWERED if question.state == S.ANSWERED else S.WITHDRAWN


QUESTIONS: tuple[Verb, ...] = (
    Verb(
        "panel_question.take_up",
        _("Ask this"),
        (S.SUGGESTED,),
        S.OPEN,
        ASKER,
        heading=_("Ask this question"),
        done=_("It is a question of the cluster now. Choose whom to ask."),
        requires=(rules.cluster_goes_on,),
        style="primary",
    ),
    Verb(
        "panel_question.answer",
        _("Answer"),
        (S.OPEN,),
        S.ANSWERED,
        PANEL,
        is_recorded=False,
        has_page=False,
    ),
    Verb(
        "panel_question.close",
        _("Close…"),
        (S.OPEN, S.ANSWERED),
        S.CLOSED,
        ASKER,
        heading=_("Close this question"),
        done=_("Closed. Everybody who answered gets your thanks by mail."),
        requires=(rules.says_what_came,),
        required=_("what was made of the advice is said"),
        tells=("panel",),
        effects=("close_panel", "publish_panel_if_wanted"),
        style="primary",
    ),
    Verb(
        "panel_question.publish",
        _("Publish"),
        (S.CLOSED,),
        None,
        ASKER,
        heading=_("Publish question and answers"),
        done=_("Published: everybody reads it, and a cluster's next factsheet credits the advice."),
        requires=(rules.is_not_published,),
        effects=("publish_panel",),
    ),
    Verb(
        "panel_question.keep",
        _("Keep to the group…"),
        (S.CLOSED,),
        None,
        ASKER,
        heading=_("Keep question and answers to the group"),
        done=_("Kept to the group. Factsheets that were issued stay as they are."),
        requires=(rules.is_published,),
        effects=("keep_panel",),
        style="text",
    ),
    Verb(
        "panel_question.withdraw",
        _("Withdraw…"),
        (S.SUGGESTED, S.OPEN),
        S.WITHDRAWN,
        ASKER,
        heading=_("Withdraw this question"),
        done=_("Withdrawn. Who had been asked hears it."),
        who_from={S.SUGGESTED: (Capacity.SUGGESTER,)},
        requires=(rules.has_no_answer,),
        reason=Reason.OPTIONAL,
        tells=("panel", "suggester"),
        effects=("end_places",),
        style="text",
    ),
    Verb(
        "panel_question.lapsed",
        _("The cluster ended"),
        (S.SUGGESTED, S.OPEN, S.ANSWERED),
        _after_the_end,
        CLOCK,
        tells=("panel", "suggester", "asker"),
        effects=("end_places",),
        also=_("what somebody answered stays, and is closed by who asked"),
        has_page=False,
    ),
    Verb(
        "panel_question.settled",
        _("The need was answered or closed"),
        (S.OPEN, S.ANSWERED),
        _after_the_end,
        CLOCK,
        tells=("panel", "asker"),
        effects=("end_places",),
        also=_("what somebody answered stays, and is closed by who asked"),
        has_page=False,
    ),
    Verb(
        "panel_question.moved",
        _("Went into another cluster"),
        (S.SUGGESTED, S.OPEN, S.ANSWERED),
        None,
        CLOCK,
        tells=("panel", "suggester", "asker"),
        effects=("note_move",),
        also=_("the cluster was merged into another one, which goes on with it"),
        has_page=False,
    ),
)

PLACES: tuple[Verb, ...] = (
    Verb(
        "panel.accepted",
        _("Yes, I will answer"),
        (P.INVITED, P.DECLINED, P.EXPIRED),
        P.ACCEPTED,
        PANEL,
        done=_("Thank you. Write your answer when it suits you, by the day that is wanted."),
        requires=(rules.question_is_open, rules.asks_somebody_else),
        tells=("asker",),
        effects=("forget_reason",),
        style="primary",
    ),
    Verb(
        "panel.declined",
        _("No, not this time"),
        OPEN_PLACES,
        P.DECLINED,
        PANEL,
        done=_("Noted. You will not be reminded."),
        requires=(rules.question_is_open,),
        reason=Reason.OPTIONAL,
        tells=("asker",),
        effects=("keep_reason",),
    ),
    Verb(
        "panel.answered",
        _("Answer"),
        (*OPEN_PLACES, P.DECLINED, P.EXPIRED),
        P.ANSWERED,
        PANEL,
        done=_("Thank you: your answer is with those who asked."),
        requires=(rules.question_is_open, rules.asks_somebody_else, rules.has_answer),
        required=_("the answer says something"),
        tells=("asker",),
        effects=("write_answer", "answer_question"),
        style="primary",
    ),
    Verb(
        "panel.corrected",
        _("Change your answer"),
        (P.ANSWERED,),
        None,
        PANEL,
        done=_("Your answer is changed."),
        requires=(rules.question_is_open, rules.has_answer),
        effects=("write_answer",),
    ),
    Verb(
        "panel.credited",
        _("Change your credit"),
        (P.ANSWERED,),
        None,
        PANEL,
        done=_("Noted. It holds for pages at once, and for the next factsheet."),
        effects=("write_credit",),
    ),
    Verb(
        "panel.helped",
        _("It helped"),
        (P.ANSWERED,),
        None,
        ASKER,
        done=_("Noted."),
        effects=("note_help",),
    ),
    Verb(
        "panel.taken_back",
        _("No longer ask"),
        OPEN_PLACES,
        P.WITHDRAWN,
        ASKER,
        done=_("Taken back. The person hears it by mail."),
        tells=("asked",),
    ),
    Verb(
        "panel.asked_again",
        _("Ask again"),
        (P.WITHDRAWN, P.EXPIRED),
        P.INVITED,
        ASKER,
        done=_("Asked again."),
        requires=(rules.question_is_open, rules.asks_somebody_else),
        tells=("asked",),
        effects=("note_asking",),
    ),
    Verb("panel.expired", _("Did not say"), (P.INVITED,), P.EXPIRED, CLOCK, tells=("asker",)),
    Verb("panel.ended", _("No longer asked"), OPEN_PLACES, P.WITHDRAWN, (*ASKER, Capacity.CLOCK)),
    Verb(
        "panel.left",
        _("Left the community"),
        OPEN_PLACES,
        P.WITHDRAWN,
        CLOCK,
        tells=("asker",),
        effects=("note_leaving",),
    ),
)

QUESTION = lifecycle.register(
    lifecycle.Lifecycle(
        "panel_question",
        QUESTIONS,
        capacities=rules.question_capacities,
        four_eyes=rules.nobody_is_party,
        wrong_state=rules.wrong_state,
        label_of=lambda code: Capacity(code).label,
        content_hash=rules.question_hash,
        stale=rules.STALE,
    )
)
PLACE = lifecycle.register(
    lifecycle.Lifecycle(
        "panel_answer",
        PLACES,
        capacities=rules.place_capacities,
        four_eyes=rules.nobody_is_party,
        wrong_state=rules.wrong_status,
        label_of=lambda code: Capacity(code).label,
        content_hash=rules.place_hash,
        state_field="status",
        stale=rules.STALE,
    )
)
