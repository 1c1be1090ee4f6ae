"""Who may do what with the community's nouns: small predicates with a reason."""

from __future__ import annotations

from typing import Final

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.choices import NeedStatus, Standing
from community.models import Appointment, Need, User
from community.permissions import ALLOWED, Verdict, refused
from community.visibility import is_administrator, is_cop, member_of

Viewer = User | AnonymousUser | None

#: What counts as a second factor; recovery codes stand in for one, they are none.
FACTORS: Final = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
MEMBERS_ONLY = _("This is for members of the community of practice. Ask an administrator if you should be one.")


def can_raise_need(user: Viewer) -> Verdict:
    """Members of the community of practice raise needs."""
    return ALLOWED if is_cop(user) else refused(MEMBERS_ONLY, "forbidden")


def can_edit_need(user: Viewer, need: Need) -> Verdict:
    """Who raised a need words it, until it is closed; an administrator may, too."""
    if not (is_administrator(user) or _raised(user, need)):
        return refused(_("Only who raised this need may change it."), "forbidden")
    if need.status == NeedStatus.CLOSED:
        return refused(_("This need is closed. Open it again, then change it."), "state")
    return ALLOWED


def can_set_need_status(user: Viewer, need: Need) -> Verdict:
    """Who raised a need says how far it has come; an administrator may, too."""
    if is_administrator(user) or _raised(user, need):
        return ALLOWED
    return refused(_("Only who raised this need may say how far it has come."), "forbidden")


def can_say_me_too(user: Viewer, need: Need) -> Verdict:
    """Any other member says "me too" to a need that is not closed."""
    if not is_cop(user):
        return refused(MEMBERS_ONLY, "forbidden")
    if _raised(user, need):
        return refused(_("You raised this need yourself."), "forbidden")
    if need.status == NeedStatus.CLOSED:
        return refused(_("This need is closed."), "state")
    return ALLOWED


def can_see_directory(user: Viewer) -> Verdict:
    """Members of the community and administrators read the directory."""
    if is_cop(user) or is_administrator(user):
        return ALLOWED
    return refused(_("The directory of members is open to the community of practice only."), "forbidden")


def can_use_code(account: User) -> bool:
    """Tell whether an account signs in by a code sent to its address: external partners, and who has no password.

    Who has a password signs in with it; a code besides would make the mailbox a second way in that nobody asked for.
    """
    member = account.member
    return not account.has_usable_password() or (member is not None and member.standing == Standing.EXTERNAL)


def must_have_factor(user: User) -> bool:
    """Say whether MFA_REQUIRED asks a second factor of this account: of coordinators it asks administrators too."""
    if settings.MFA_REQUIRED == "nobody":
        return False
    if settings.MFA_REQUIRED == "everybody" or user.is_staff:
        return True
    if settings.MFA_REQUIRED == "administrators":
        return False
    return Appointment.objects.current(timezone.localdate()).filter(member__user=user).exists()


def has_factor(user: User) -> bool:
    """Say whether an account has an authenticator app or a key."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def may_take_off(user: User, factor: int) -> bool:
    """Say whether a factor may go: any while another one stays or none is needed."""
    others = Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exclude(pk=factor)
    return bool(others.exists()) or not must_have_factor(user)


def _raised(user: Viewer, need: Need) -> bool:
    member = member_of(user)
    return member is not None and member.pk == need.raised_by_id and is_cop(user)
