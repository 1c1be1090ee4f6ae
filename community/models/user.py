"""Accounts: who can sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.fields import AddressField, FoldedKeyField, FoldedKeys
from community.querysets.person import UserManager

if TYPE_CHECKING:
    from community.models.member import Member


class User(FoldedKeys, AbstractBaseUser, PermissionsMixin):
    """An account that signs in with its e-mail address, compared on a folded key.

    An external partner's account has no password and signs in by a code sent to
    its address. `member` is the person behind it, or None. A row is never
    deleted, because history names it by id: erasure deactivates it and replaces
    the address by a pseudonym.
    """

    email = AddressField(_("e-mail address"), max_length=254, unique=True)
    email_key = FoldedKeyField(_("folded address"), source="email", max_length=254, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("administrator"), default=False)
    language = models.CharField(_("language of mails"), max_length=10, blank=True)
    date_joined = models.DateTimeField(_("joined at"), default=timezone.now)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    objects = UserManager()

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    if TYPE_CHECKING:
        member: Member | None

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["email_key", "pk"]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        """Return the person's name, else the pseudonym "account 12"; never the address."""
        return self.member.name if self.member else _("account %(id)s") % {"id": self.pk}

    def get_short_name(self) -> str:
        """Return the same as the full name."""
        return self.get_full_name()
