"""What the rows of clusters refer to, loaded once."""

from __future__ import annotations

from django.utils.translation import gettext as _

from community.choices import Vocabulary
from community.folding import fold, fold_key
from community.imports.entry import terms_by_name
from community.imports.places import OrganisationNames
from community.imports.row import Row
from community.models import Member, Solution, Territory, WorkingGroup


class Known:
    """Persons by address, groups by code, organisations, terms, territories and solutions by name."""

    def __init__(self) -> None:
        """Load them."""
        people = Member.objects.filter(merged_into=None, user__isnull=False).select_related("user")
        self.people = {member.user.email_key: member for member in people if member.user is not None}
        self.groups = {fold(group.code): group for group in WorkingGroup.objects.all()}
        self.organisations = OrganisationNames()
        self.themes = terms_by_name(Vocabulary.CHALLENGE)
        self.sdgs = terms_by_name(Vocabulary.SDG)
        self.territories = {fold(row.code): row for row in Territory.objects.order_by("-nuts_version", "pk")}
        self.territories |= {fold(row.name): row for row in Territory.objects.order_by("-nuts_version", "pk")}
        self.solutions = {fold(row.title): row for row in Solution.objects.all()}

    def person(self, row: Row, column: str) -> Member | None:
        """Return the member of an address; only who can act in the registry can have done a step."""
        address = row.address(column, required=True)
        member = self.people.get(fold_key(address)) if address else None
        if address and member is None:
            row.wrong(column, _("No member has the address “%(text)s”. Import the members first.") % {"text": address})
        elif member is not None and member.user is not None and not member.user.is_active:
            row.wrong(column, _("The account of %(person)s is deactivated.") % {"person": member.name})
        return member
