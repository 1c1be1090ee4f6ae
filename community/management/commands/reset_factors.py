"""`reset_factors`: take lost second factors off an account whose owner no administrator can help."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from community.actions.factor import reset_factors
from community.models import User
from community.permissions import Refusal


class Command(BaseCommand):
    """What the administrators' page does, for who runs the machine: the person is told, the history keeps why."""

    help = "Take all second factors and recovery codes off the account of an e-mail address, and end its sign-ins."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add whose account it is, and how one made sure."""
        parser.add_argument("login", help="the e-mail address with which the person signs in")
        parser.add_argument("--reason", required=True, help="how you made sure that it is this person who asks")

    def handle(self, *args: Any, **options: Any) -> None:
        """Reset them.

        Raises:
            CommandError: nobody has that address, or there is nothing to take off.
        """
        user = User.objects.with_address(options["login"]).first()
        if user is None:
            raise CommandError(_("No account has the address %(address)s.") % {"address": options["login"]})
        try:
            reset_factors(user=user, by=None, reason=options["reason"])
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(_("The second factors are off; the person was told by mail."))
