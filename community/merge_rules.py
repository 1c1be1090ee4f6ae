"""What becomes of the rows of `community` that collide when two members or two organisations are merged."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import ExchangeStatus
from community.contributions import MergeRule

ONE_OPEN: Final = _("Both have the same open one: that of the entry that stays goes on, the other one ends.")
ONE_IS_ENOUGH: Final = _("Both have the same one: that of the entry that stays is enough.")
READ_THROUGH: Final = _("Both have the same one: the other one stays with the merged entry.")
BOTH_SIDES: Final = _("Both are the two sides of one exchange. Call it off first.")
OWN_EXCHANGE: Final = _("The one would like to take part in what the other one opened: that wish goes.")
SIDE_OF_ONESELF: Final = _(
    "One person is on both sides since an earlier merge. That does not stand in the way: what is agreed goes with the"
    " entry. Call it off on its page, or tell there what came of it."
)
CONSENTS: Final = "community.Consent.member"


def _ends(row: Any, on: date) -> dict[str, Any]:
    return {"until_on": max(on, row.from_on) if row.from_on else on}


def _ends_or_never_begins(row: Any, on: date) -> dict[str, Any]:
    return _ends(row, on) | ({"withdrawn_at": timezone.now()} if row.from_on > on else {})


def _withdrawn(row: Any, on: date) -> dict[str, Any]:
    return {"withdrawn_at": max(timezone.now(), row.given_at)}


def _agreed_by_both(merged: int, kept: int) -> Any:
    """Return the exchanges on which the two agreed with each other, and which are not over."""
    return _agreed_within(merged, kept).exclude(offered_by=F("asked_by"))


def _agreed_with_oneself(merged: int, kept: int) -> Any:
    """Return those on which one of the two is both sides since an earlier merge: this one makes nothing of them."""
    return _agreed_within(merged, kept).filter(offered_by=F("asked_by"))


def _agreed_within(merged: int, kept: int) -> Any:
    rows = apps.get_model("community", "PeerExchange")._default_manager.filter(status=ExchangeStatus.AGREED)
    return rows.filter(offered_by__in=(merged, kept), asked_by__in=(merged, kept))


def _wishes_of_opener(merged: int, kept: int) -> Any:
    """Return the wishes of the one for an exchange that the other one opened; what took place keeps its own."""
    pair = (merged, kept)
    opened = Q(exchange__is_offer=True, exchange__offered_by__in=pair)
    opened |= Q(exchange__is_offer=False, exchange__asked_by__in=pair)
    rows = apps.get_model("community", "ExchangeWish")._default_manager.filter(opened, member__in=pair)
    return rows.exclude(exchange__status=ExchangeStatus.DONE)


RULES: Final[dict[str, MergeRule]] = {
    "community.Member_expertise.member": MergeRule("drop", ONE_IS_ENOUGH),
    "community.Affiliation.member": MergeRule(
        "end", ONE_OPEN, _("works for an organisation, and may lead for it where that is a partner"), ended=_ends
    ),
    "community.Affiliation.organisation": MergeRule("end", ONE_OPEN, ended=_ends),
    "community.Partnership.organisation": MergeRule(
        "end", ONE_OPEN, _("is a partner of a project, so that its people may lead and edit solutions"), ended=_ends
    ),
    CONSENTS: MergeRule(
        "end", ONE_OPEN, _("is shown or named as the person agreed in the other entry"), ended=_withdrawn
    ),
    "community.Comment_mentions.member": MergeRule("drop", ONE_IS_ENOUGH),
    "community.DataRequest.member": MergeRule("block", _("Both have an open request about their data. Answer one.")),
    "community.Appointment.member": MergeRule(
        "end", ONE_OPEN, _("coordinates, and decides"), ended=_ends_or_never_begins
    ),
    "community.PeerExchange.offered_by": MergeRule(
        grants=_("offers an exchange with peers, and agrees on it"),
        between=MergeRule("block", BOTH_SIDES, find=_agreed_by_both),
    ),
    "community.PeerExchange.asked_by": MergeRule(
        grants=_("asks for an exchange with peers, and agrees on it"),
        between=MergeRule("stay", SIDE_OF_ONESELF, find=_agreed_with_oneself),
    ),
    "community.Need.raised_by": MergeRule(grants=_("raised a need, and words it")),
    "community.ExchangeWish.member": MergeRule(
        "drop", ONE_IS_ENOUGH, between=MergeRule("drop", OWN_EXCHANGE, find=_wishes_of_opener)
    ),
    "community.MeToo.member": MergeRule("drop", ONE_IS_ENOUGH),
    "community.Solution.contact": MergeRule(grants=_("is the contact of a solution")),
    "community.Subscription.user": MergeRule("drop", ONE_IS_ENOUGH),
    "community.Subscription.subject": MergeRule("drop", ONE_IS_ENOUGH),
    "community.NotificationPreference.user": MergeRule("drop", ONE_IS_ENOUGH),
}
#: Columns that stay with the account that is closed: how it signed in, what was sent to it and made for it.
WITH_THE_ACCOUNT: Final = frozenset(
    {
        "community.Member.user",
        "community.User_groups.user",
        "community.User_user_permissions.user",
        "community.SignedLink.user",
        "community.SignedLink.by",
        "community.Message.to",
        "community.Job.by",
        "admin.LogEntry.user",
        "account.EmailAddress.user",
        "mfa.Authenticator.user",
        "socialaccount.SocialAccount.user",
        "usersessions.UserSession.user",
    }
)
#: (kind, id) pairs that stay: they say what was sent, asked or done about the entry of then.
WITH_THE_SUBJECT: Final = frozenset({"community.SignedLink", "community.Message", "community.Job", "community.JobItem"})
