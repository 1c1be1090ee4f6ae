"""Names and addresses that were a person's: those of today, and earlier ones as the record still knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Q

from community.folding import fold_key
from community.models import EventDetail, Member, Message, SignedLink, User

_NAMES, _ADDRESSES = ("name", "sort_name"), ("email",)
#: Where an object of a person keeps the keys of its addresses.
_KEPT = "keys_of_addresses"
#: Mails of these templates about an account went to its owner, at the address of then.
_TO_THE_OWNER = ("account/notice", "account/email_confirmation", "account/login_code", "account/password_reset_key")


def earlier_names(members: Iterable[int]) -> list[str]:
    """Return every name that the entries of a person had, as the details of their corrections hold them."""
    details = EventDetail.objects.filter(event__kind="member", event__subject_id__in=list(members))
    return _values(details, _NAMES)


def known_addresses(accounts: Iterable[int]) -> list[str]:
    """Return every address of accounts: of today first, then earlier ones that are no living account's now."""
    keys = list(accounts)
    now = [*User.objects.filter(pk__in=keys).values_list("email", flat=True)]
    now += EmailAddress.objects.filter(user__in=keys).values_list("email", flat=True)
    details = EventDetail.objects.filter(event__kind="user", event__subject_id__in=keys)
    earlier = _values(details, _ADDRESSES)
    earlier += SignedLink.objects.filter(user__in=keys).exclude(address="").values_list("address", flat=True)
    about = Q(kind="user", subject_id__in=keys, template__in=_TO_THE_OWNER, to=None)
    mails = Message.objects.filter(about | Q(to__in=keys)).exclude(to_address="")
    earlier += mails.values_list("to_address", flat=True)
    folded = {fold_key(address): address for address in earlier}
    taken = User.objects.filter(email_key__in=list(folded)).exclude(pk__in=keys).values_list("email_key", flat=True)
    free = [address for key, address in folded.items() if key not in set(taken)]
    return list(dict.fromkeys(address for address in (*now, *free) if "@" in address))


def address_keys(member: Member) -> list[str]:
    """Return the folded keys of every address of a person's account, for rows that know an address alone.

    Asked once of the same object: several apps ask for the same person.
    """
    if _KEPT not in member.__dict__:
        known = known_addresses([member.user_id]) if member.user_id else []
        member.__dict__[_KEPT] = [fold_key(address) for address in known]
    found: list[str] = member.__dict__[_KEPT]
    return found


def _values(details: Any, columns: Iterable[str]) -> list[str]:
    """Return the old and new values of columns in details of events."""
    bodies = details.filter(redaction=None).order_by("pk").values_list("body", flat=True)
    return list(dict.fromkeys(value for body in bodies for value in _said(body or {}, columns)))


def _said(body: dict[str, Any], columns: Iterable[str]) -> Iterator[str]:
    changes = body.get("changes")
    for values in (body, changes if isinstance(changes, dict) else {}):
        for column in columns:
            said = values.get(column)
            yield from (one for one in (said if isinstance(said, list) else [said]) if isinstance(one, str) and one)
