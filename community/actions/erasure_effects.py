"""What an erasure does to one person's rows, step by step; `community.actions.erasure` calls it in one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone, translation
from django.utils.translation import gettext

from community import contributions, kinds, search
from community.choices import DataRequestKind, DataRequestStatus, LinkState, MessageState, RedactionReason, Standing
from community.events import redact_all
from community.folding import fold_key
from community.models import (
    Affiliation,
    Appointment,
    Consent,
    DataRequest,
    EventDetail,
    Member,
    Message,
    SignedLink,
    User,
)
from community.personal import Whose, references
from community.personal_matching import Words
from community.personal_sweep import details_with

#: A domain that no mail ever reaches (RFC 2606).
NO_DOMAIN = "erased.invalid"


def pseudonym_of(member: Member) -> str:
    """Return what stands in the place of a name, in the site's language: "Former member 12"."""
    with translation.override(settings.LANGUAGE_CODE):
        return gettext("Former member %(number)d") % {"number": member.pk}


def addresses_of(who: Whose) -> list[str]:
    """Return every address of the accounts of a person."""
    found = [*User.objects.filter(pk__in=who.accounts).values_list("email", flat=True)]
    return [*found, *EmailAddress.objects.filter(user__in=who.accounts).values_list("email", flat=True)]


def erase_records(who: Whose) -> None:
    """Let every app do what it knows of: end what is under way, empty words, withdraw documents."""
    for key in who.members:
        member = Member.objects.select_related("user").get(pk=key)
        for records in contributions.personal_records:
            if records.erase is not None:
                records.erase(member)


def apply_columns(who: Whose) -> None:
    """Delete, clear or empty what the apps say of each column that refers to a person."""
    for one in references():
        rule = one.rule
        if not (rule.is_deleted or rule.is_cleared or rule.empties):
            continue
        rows = one.rows(who).order_by()
        if rule.is_deleted:
            rows.delete()
            continue
        if rule.empties:
            rows.update(**dict.fromkeys(rule.empties.split(), ""))
        if rule.is_cleared:
            rows.update(**{one.name: None})


def end_work(who: Whose, on: date, at: datetime) -> None:
    """End appointments and affiliations as of today, call off what begins later, and end every consent."""
    later = Q(until_on=None) | Q(until_on__gt=on)
    for model in (Appointment, Affiliation):
        rows = model._default_manager.filter(later, member__in=who.members)
        rows.filter(Q(from_on=None) | Q(from_on__lte=on)).update(until_on=on)
    not_begun = Appointment.objects.filter(later, member__in=who.members, from_on__gt=on)
    # It holds on no day: without this, it would on its first.
    not_begun.update(until_on=F("from_on"), withdrawn_at=Coalesce(F("withdrawn_at"), Value(at)))
    Affiliation.objects.filter(later, member__in=who.members, from_on__gt=on).update(until_on=F("from_on"))
    standing = Consent.objects.filter(member__in=who.members, withdrawn_at=None)
    standing.update(withdrawn_at=Greatest(F("given_at"), Value(at)))


def close_requests(who: Whose, by: User | None, at: datetime) -> bool:
    """Close what the person asked; tell whether they had asked to be erased."""
    rows = DataRequest.objects.open().filter(member__in=who.members)
    erasures = rows.of_kind(DataRequestKind.ERASURE)
    was_asked = erasures.update(status=DataRequestStatus.DONE, closed_at=at, closed_by=by) > 0
    rows.update(status=DataRequestStatus.WITHDRAWN, closed_at=at, closed_by=by)
    return was_asked


def purge_letters(who: Whose, addresses: Sequence[str]) -> None:
    """Delete mails to the person, revoke their links and take addresses and tokens out of them."""
    folded = [fold_key(address) for address in addresses]
    to_them = Q(to__in=who.accounts)
    for address in addresses:
        to_them |= Q(to_address__iexact=address)
    Message.objects.filter(to_them).delete()
    links = SignedLink.objects.filter(Q(user__in=who.accounts) | Q(address_key__in=folded))
    keys = list(links.values_list("pk", flat=True))
    SignedLink.objects.open().filter(pk__in=keys).update(state=LinkState.REVOKED)
    SignedLink.objects.filter(pk__in=keys).update(address="", address_key="", token_hash=None)


def end_sessions(who: Whose) -> None:
    """End every session of the accounts, also those that no list of devices knows."""
    accounts = {str(pk) for pk in who.accounts}
    if not accounts:
        return
    ended = [row.pk for row in Session.objects.iterator() if row.get_decoded().get(SESSION_KEY) in accounts]
    for start in range(0, len(ended), 500):
        Session.objects.filter(pk__in=ended[start : start + 500]).delete()


def close_accounts(who: Whose, at: datetime) -> list[User]:
    """Empty the accounts: an address that reaches nobody, no password, no rights; return those of administrators."""
    administrators = []
    for user in User.objects.select_for_update(of=("self",)).filter(pk__in=who.accounts):
        administrators += [user] if user.is_staff or user.is_superuser else []
        user.email = f"former-{user.pk}@{NO_DOMAIN}"
        user.set_unusable_password()
        user.is_active = user.is_staff = user.is_superuser = False
        user.last_login, user.language, user.erased_at = None, "", at
        user.save()
    return administrators


def replace_persons(who: Whose, instead: str, at: datetime) -> None:
    """Put the pseudonym in the place of the person, in every row of theirs."""
    for member in Member.objects.filter(pk__in=who.members).order_by("pk"):
        member.name = member.sort_name = instead
        member.about, member.languages = "", []
        member.standing, member.erased_at = Standing.FORMER, at
        member.version += 1
        member.save()
        search.index(member)


def empty_details(who: Whose, words: Words, *, by: User | None, at: datetime, erasure: str) -> int:
    """Empty the details of what the person did, of what is about them, and of what names them."""
    about = Q(event__by__in=who.accounts)
    about |= Q(event__kind="member", event__subject_id__in=who.members)
    about |= Q(event__kind="user", event__subject_id__in=who.accounts)
    for kind, keys in _own_subjects(who):
        about |= Q(event__kind=kind, event__subject_id__in=keys)
    found: Iterable[EventDetail] = EventDetail.objects.filter(about, redaction=None).only("pk")
    named = (detail for detail in details_with(words) if detail.redaction_id is None)
    return redact_all([*found, *named], reason=RedactionReason.ERASURE, by=by, at=at, erasure=erasure)


def _own_subjects(who: Whose) -> list[tuple[str, list[int]]]:
    """Return kinds whose rows are a person's part in something, with the keys of theirs: details there are of them."""
    by_model: dict[type[models.Model], str] = {kind.model_class: kind.code for kind in kinds.every()}
    return [
        (by_model[one.model], list(one.rows(who).values_list("pk", flat=True)))
        for one in references()
        if one.is_member and one.name == "member" and one.model in by_model
    ]


def today(at: datetime) -> date:
    """Return the day of a moment in the site's zone."""
    return timezone.localdate(at)


def forget_links_and_mails(kind: str, keys: Collection[int]) -> None:
    """End the open links that lead to these subjects, take back mails that wait, and empty the addresses of both."""
    about = {"kind": kind, "subject_id__in": keys}
    SignedLink.objects.open().filter(**about).update(state=LinkState.REVOKED)
    SignedLink.objects.filter(**about).update(address="", address_key="")
    Message.objects.filter(**about, state=MessageState.QUEUED).delete()
    Message.objects.filter(**about).update(to_address="")
