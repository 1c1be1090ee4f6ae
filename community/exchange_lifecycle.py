"""The life of a peer exchange: a small table of verbs, through the same door as a cluster's."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from community import lifecycle
from community.choices import OPEN_EXCHANGES, ExchangeCapacity, ExchangeStatus
from community.lifecycle import Reason, Verb
from community.rules import exchange as rules

S = ExchangeStatus
OPENER = (ExchangeCapacity.OPENER,)
SIDES = (ExchangeCapacity.OPENER, ExchangeCapacity.PARTNER)
#: Who does what follows of a departure: the administrator who enters it, or the registry.
REGISTRY = (ExchangeCapacity.CLOCK, ExchangeCapacity.ADMINISTRATOR)


def _open_again(exchange: Any) -> str:
    """Return the state of an exchange that looks for somebody again."""
    return S.OFFERED if exchange.is_offer else S.ASKED


def _after_calling_off(exchange: Any) -> str:
    """Return the state after an agreement was called off: it ends where nobody is left who would agree anew."""
    return _open_again(exchange) if rules.is_here(exchange.opener) else S.CANCELLED


VERBS: tuple[Verb, ...] = (
    Verb(
        "agree_exchange",
        _("Agree with somebody…"),
        OPEN_EXCHANGES,
        S.AGREED,
        OPENER,
        heading=_("Agree on this exchange"),
        done=_("Agreed. Both of you get a mail; who answers it writes to the other."),
        requires=(rules.has_opener, rules.has_chosen),
        required=_("somebody said “I would like to”"),
        tells=("sides", "others"),
        effects=("note_agreement",),
        style="primary",
    ),
    Verb(
        "finish_exchange",
        _("It took place…"),
        (S.AGREED,),
        S.DONE,
        SIDES,
        heading=_("Say what came of this exchange"),
        done=_("Noted. Everybody reads what came of it."),
        requires=(rules.has_begun, rules.has_words),
        required=_("its first day has come; what came of it is said"),
        tells=("sides",),
        effects=("note_what_came",),
        style="primary",
    ),
    Verb(
        "correct_exchange",
        _("Correct what came of it…"),
        (S.DONE,),
        None,
        (*SIDES, ExchangeCapacity.ADMINISTRATOR),
        heading=_("Correct what came of this exchange"),
        done=_("Corrected. Everybody reads the new words; the history keeps the old ones."),
        requires=(rules.has_words, rules.says_otherwise),
        required=_("it says something else than before"),
        tells=("sides",),
        effects=("correct_what_came",),
        also=_("both sides and administrators read the old words in the history"),
        checks_seen=True,
    ),
    Verb(
        "call_off_exchange",
        _("Call it off…"),
        (S.AGREED,),
        _after_calling_off,
        SIDES,
        heading=_("Call this exchange off"),
        done=_("Called off. The other side reads why."),
        also=_("it is open again, unless who opened it has left the community: then it is withdrawn"),
        reason=Reason.REQUIRED,
        tells=("sides",),
        effects=("note_calling_off",),
    ),
    Verb(
        "withdraw_exchange",
        _("Withdraw…"),
        OPEN_EXCHANGES,
        S.CANCELLED,
        (ExchangeCapacity.OPENER, ExchangeCapacity.ADMINISTRATOR),
        heading=_("Withdraw this exchange"),
        done=_("Withdrawn. Nobody else sees it any longer."),
        reason=Reason.OPTIONAL,
        tells=("opener", "others"),
        style="text",
    ),
    Verb(
        "reopen_exchange",
        _("Open again"),
        (S.CANCELLED,),
        _open_again,
        OPENER,
        heading=_("Open this exchange again"),
        done=_("It is open again."),
        requires=(rules.has_opener,),
        effects=("free_other_side",),
    ),
    Verb(
        "lapse_exchange",
        _("End: who opened it left"),
        (*OPEN_EXCHANGES, S.AGREED),
        S.CANCELLED,
        REGISTRY,
        tells=("sides", "others"),
        has_page=False,
    ),
    Verb(
        "free_exchange",
        _("Open again: the other side left"),
        (S.AGREED,),
        _open_again,
        REGISTRY,
        tells=("sides",),
        effects=("note_calling_off",),
        has_page=False,
    ),
    Verb(
        "leave_exchange",
        _("Leave to the other side"),
        (S.AGREED,),
        None,
        REGISTRY,
        tells=("sides",),
        has_page=False,
    ),
)


EXCHANGE = lifecycle.register(
    lifecycle.Lifecycle(
        "peer_exchange",
        VERBS,
        capacities=rules.exchange_capacities,
        four_eyes=rules.exchange_four_eyes,
        wrong_state=rules.exchange_wrong_state,
        label_of=lambda code: ExchangeCapacity(code).label,
        content_hash=rules.seen_hash,
        state_field="status",
        stale=rules.STALE,
    )
)
