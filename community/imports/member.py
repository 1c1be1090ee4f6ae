"""Members from a table: found by their key or by their address, in any case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import search
from community.actions.invitation import OF_SUPERUSER
from community.actions.standing import set_standing
from community.choices import Standing, Vocabulary
from community.events import record
from community.folding import fold, fold_key
from community.imports.answers import NEW
from community.imports.entry import cell_of, term_cell, terms_by_name
from community.imports.likeness import Namesakes
from community.imports.locking import MEANWHILE, cells_of, lock_accounts, lock_members, lock_organisations
from community.imports.new_members import Staged, write_new
from community.imports.places import OrganisationNames
from community.imports.row import Row, first_of, is_twice
from community.imports.several import joined
from community.imports.sheet import Sheet
from community.imports.table import Change, Table, differences
from community.models import Affiliation, Member, Organisation, User
from community.permissions import Refusal

OWN = ("name", "sort_name", "standing", "languages", "about")
WORK = ("organisation", "function", "since")
#: Of an address that the row before gave up: where the page asks who is meant, and where it asks nothing.
SAY_WHO = gettext_lazy("Row %(row)s has %(text)s, too. Say whether this is somebody else, or leave the row out.")
WRITE_WHO = gettext_lazy(
    "Row %(row)s has %(text)s, too. If this is somebody else, write “new” in the column “key”, else take the row out."
)


class MemberImport(Table):
    """One person a row, with where they work today and the address with which they sign in.

    An address makes an account without a password; nobody is mailed. Invite afterwards.
    """

    code = "members"
    title = gettext_lazy("Members")
    required = ("name",)
    columns = {
        "key": gettext_lazy(
            "Of a member who is there already, from an export; empty for a new one, “new” for somebody of a name that "
            "is there already."
        ),
        "name": gettext_lazy("The full name."),
        "sort_name": gettext_lazy("The name to sort by; left empty, the last word of the name."),
        "email": gettext_lazy("The address with which the member signs in. It finds the member who has it."),
        "standing": gettext_lazy("member, external or former."),
        "organisation": gettext_lazy("The name of an organisation that is there already."),
        "function": gettext_lazy("What the person does there."),
        "since": gettext_lazy("The day from which they work there, such as 2024-01-01 or 1 January 2024."),
        "languages": gettext_lazy("Codes, separated by semicolons: en; el."),
        "expertise": gettext_lazy("Terms of that vocabulary, separated by semicolons."),
        "about": gettext_lazy("At most 600 characters."),
    }

    def lock(self, sheet: Sheet) -> None:
        """Lock persons, accounts that may become theirs, and organisations."""
        addresses = cells_of(sheet, "email")
        self.locked = lock_members(keys=cells_of(sheet, "key") | set(self.answers.values()), addresses=addresses)
        self.locked_accounts = lock_accounts(addresses)
        lock_organisations(cells_of(sheet, "organisation"))

    def begin(self, sheet: Sheet) -> None:
        """Load members, addresses, organisations and expertise."""
        rows = Member.objects.filter(merged_into=None, erased_at=None).select_related("user")
        self.today = timezone.localdate()
        self.by_key: dict[str, Member] = {}
        self.by_address: dict[str, Member] = {}
        known = list(rows)
        # Of whom the file names, who alone are compared: for everybody it took longer than a thousand rows do.
        prefetch_related_objects([member for member in known if member.pk in self.locked], "expertise")
        for member in known:
            self._remember(member)
        gone = Member.objects.exclude(merged_into=None, erased_at=None).select_related("merged_into")
        self.gone = {member.key: member for member in gone}
        self.accounts = {user.email_key: user for user in User.objects.filter(member=None)}
        self.work: dict[int, Affiliation] = {}
        current = list(Affiliation.objects.current(self.today).order_by("is_main", "from_on", "pk"))
        places = Organisation.objects.in_bulk()  # afterwards: somebody may get a new place meanwhile
        for row in current:
            row.organisation = places[row.organisation_id]
            self.work[row.member_id] = row
        self.namesakes = Namesakes(known, self.work)
        self.names = OrganisationNames()
        self.terms = terms_by_name(Vocabulary.EXPERTISE)
        self.seen: dict[str, Row] = {}
        self.touched: list[int] = []
        self.staged: list[Staged] = []

    def take(self, row: Row) -> Change:
        """Write one person; one event where something is new."""
        found = self._find(row)
        values = self._values(row, found)
        if found is not None and not values.get("email"):
            values.pop("email", None)  # an import takes no address away
        row.refuse_if_wrong()
        member = found or Member()
        before = self._cells(found) if found else dict.fromkeys(self.columns, "")
        after = {name: cell_of(value) for name, value in values.items()}
        if "expertise" in values:
            after["expertise"] = joined(term_cell(term) for term in values["expertise"])
        changes = differences(before, after)
        if found and not changes:
            return Change(row.number, "same", member.name)
        if found is None:
            self._stage(member, values, row, changes)
            return Change(row.number, "added", member.name, changes)
        if found.pk not in self.locked:
            row.wrong("", str(MEANWHILE))
            row.refuse_if_wrong()
        self._write(member, values, set(changes), row)
        words = {"changes": {name: list(pair) for name, pair in changes.items()}}
        data = {"fields": sorted(changes), "import": True}
        record(verb="change_member", subject=member, by=self.by, data=data, detail=words)
        self.touched.append(member.pk)
        return Change(row.number, "changed", member.name, changes)

    def finish(self) -> None:
        """Write the new members, and the search text of everybody who was touched."""
        write_new(self.staged, by=self.by)
        for start in range(0, len(self.touched), 500):
            search.index_all(Member, self.touched[start : start + 500])

    def lines(self, queryset: Any) -> Iterator[Mapping[str, Any]]:
        """Yield persons, merged and erased ones left out."""
        self.today = timezone.localdate()
        rows = Member.objects.filter(pk__in=queryset.order_by().values("pk"), merged_into=None, erased_at=None)
        loaded: Any = rows.select_related("user").for_page(self.today)
        for member in loaded.iterator(chunk_size=500):
            own = member.current_affiliations
            yield self._cells(member, own[0] if own else None)

    def _remember(self, member: Member) -> None:
        self.by_key[member.key] = member
        if member.user is not None:
            self.by_address[member.user.email_key] = member

    def _find(self, row: Row) -> Member | None:
        """Return whom a row means, or None for somebody new; notes what contradicts."""
        row.text("name", required=True)
        key, address = row.text("key"), row.address("email")
        owner = self.by_address.get(fold_key(address)) if address else None
        if not key or fold(key) == NEW:
            is_again = first_of(self.seen, f"email:{fold_key(address)}", row) is not row if address else False
            meant = owner or self.namesakes.look(row, address, is_new=bool(key), is_twice=is_again)
            asked = meant is not None and meant is not owner
            self._refuse_twice(row, meant.key if meant is not None and asked else key, address)
            return meant
        self._refuse_twice(row, key, address)
        found = self.by_key.get(key)
        if found is None:
            row.wrong("key", self._why_not(key))
        elif owner is not None and owner is not found:
            row.wrong("email", _("This address belongs to %(person)s.") % {"person": owner.name})
        return found

    def _why_not(self, key: str) -> str:
        """Return why no member has a key."""
        member = self.gone.get(key)
        if member is None:
            return _("No member has this key. Leave it empty for a new member.")
        if member.erased_at is not None:
            return _("This person was erased. Take the row out of the file.")
        words = {"name": member.merged_into, "key": member.merged_into.key if member.merged_into else ""}
        return _("This entry was merged into “%(name)s”, whose key is %(key)s. Keep one row for both.") % words

    def _refuse_twice(self, row: Row, key: str, address: str) -> None:
        """Note a person who stands in the file twice, also with the address in another case."""
        for column, text in (("key", key), ("email", address)):
            if not text or (column == "key" and fold(text) == NEW):
                continue
            name = f"{column}:{fold_key(text)}"
            first = first_of(self.seen, name, row)
            is_sure = column == "email" and (row.is_answered or bool(key))
            if is_twice(self.seen, name, row, column, is_sure=is_sure):
                words = _("The same stands in row %(row)s already: %(text)s. Keep one.")
                if not first.needs(column):
                    words = str(SAY_WHO if row.questions else WRITE_WHO)
                row.wrong(column, words % {"row": first.number, "text": first.text(column) or text})

    def _values(self, row: Row, found: Member | None) -> dict[str, Any]:
        """Return what the file says of a person, by column; what it has no column for is left out."""
        name = row.text("name")
        sort_name = row.text("sort_name") or (name.split()[-1] if name else "")
        read: dict[str, Any] = {
            "name": name,
            "sort_name": sort_name,
            "email": row.text("email").lower(),
            "standing": row.choice("standing", Standing, default=Standing.MEMBER) if row.has("standing") else "",
            "organisation": self.names.of(row, "organisation"),
            "function": row.text("function"),
            "since": row.day("since"),
            "languages": row.languages("languages", found.languages if found is not None else ()),
            "expertise": [self.terms[fold(word)] for word in row.words("expertise") if self._is_term(row, word)],
            "about": row.text("about"),
        }
        read["expertise"].sort(key=lambda term: (term.vocabulary, term.order, term.pk))
        if row.has("function") and row.text("function") and row.has("organisation") and not row.text("organisation"):
            row.wrong("function", _("Name the organisation too."))
        return {name: value for name, value in read.items() if row.has(name)}

    def _is_term(self, row: Row, word: str) -> bool:
        return row.among("expertise", self.terms, word) is not None

    def _cells(self, member: Member, work: Affiliation | None = None) -> dict[str, str]:
        """Return a person as an export writes them."""
        work = work or getattr(self, "work", {}).get(member.pk)
        return {
            "key": member.key,
            "name": cell_of(member.name),
            "sort_name": cell_of(member.sort_name or member.name.split()[-1]),
            "email": member.user.email if member.user else "",
            "standing": member.standing,
            "organisation": cell_of(work.organisation.name) if work else "",
            "function": cell_of(work.function) if work else "",
            "since": cell_of(work.from_on) if work else "",
            "languages": joined(member.languages),
            "expertise": joined(term_cell(term) for term in member.expertise.all()),
            "about": cell_of(member.about),
        }

    def _stage(self, member: Member, values: dict[str, Any], row: Row, changes: dict[str, tuple[Any, Any]]) -> None:
        """Check somebody new and keep them until every row is found good."""
        self._fill(member, values, row)
        account = self._account(values["email"], row) if values.get("email") else None
        work = None
        if values.get("organisation") is not None:
            work = Affiliation(organisation=values["organisation"], from_on=values.get("since"), is_main=True)
            work.function = values.get("function", "")
            row.check(work, columns=(), leave_out=("member", "organisation"))
        elif values.get("function") or values.get("since"):
            row.wrong("organisation", _("Name the organisation too."))
        row.refuse_if_wrong()
        self.staged.append(Staged(member, account, work, values.get("expertise", ()), changes))

    def _fill(self, member: Member, values: dict[str, Any], row: Row) -> None:
        for name in OWN:
            # Of who is there already it is changed by its action.
            if name in values and (name != "standing" or member._state.adding):
                setattr(member, name, values[name])
        if not member.sort_name:
            member.sort_name = member.name.split()[-1]
        row.check(member, columns=(), leave_out=("user", "merged_into"))

    def _account(self, address: str, row: Row) -> User:
        """Return the account of an address that belongs to nobody, or a new one without a password."""
        account = self.accounts.get(fold_key(address))
        if account is None:
            account = User(email=address)
            account.set_unusable_password()
            row.check(account, columns=(), leave_out=("password", "email_key"))
        elif account.pk not in self.locked_accounts:
            row.wrong("email", str(MEANWHILE))
        elif account.is_superuser:
            row.wrong("email", str(OF_SUPERUSER))
        return account

    def _write(self, member: Member, values: dict[str, Any], changed: set[str], row: Row) -> None:
        """Write account, person, work and expertise of somebody who is there already."""
        self._fill(member, values, row)
        if "email" in changed and member.user is not None:
            row.wrong("email", _("The address of an account is changed in the list of accounts, not by an import."))
        row.refuse_if_wrong()
        member.version += 1
        columns = ["version", "sort_name", *(name for name in OWN if name in changed and name != "standing")]
        if "email" in changed:
            account = self._account(values["email"], row)
            row.refuse_if_wrong()
            if account._state.adding:
                account.save()
            member.user = account
            columns.append("user")
        member.save(update_fields=columns)
        if "standing" in changed:
            self._set_standing(member, values["standing"], row)
        if changed & set(WORK):
            self._write_work(member, values, row)
        if "expertise" in changed:
            member.expertise.set(values["expertise"])

    def _set_standing(self, member: Member, standing: str, row: Row) -> None:
        try:
            set_standing(member=member, standing=standing, by=self.by)
        except Refusal as refusal:
            row.wrong("standing", str(refusal))
            row.refuse_if_wrong()

    def _write_work(self, member: Member, values: dict[str, Any], row: Row) -> None:
        """Begin, change or end where the person works: another organisation ends the old affiliation yesterday."""
        work = self.work.get(member.pk)
        organisation = values.get("organisation", work.organisation if work else None)
        since: date | None = values.get("since", work.from_on if work else None)
        if work is not None and organisation == work.organisation:
            work.function, work.from_on = values.get("function", work.function), since
        elif organisation is not None:
            if work is not None:
                since = since if since is not None and since != work.from_on else self.today
                self._end(work, since)
            work = Affiliation(member=member, organisation=organisation, from_on=since, is_main=True)
            work.function = values.get("function", "")
        elif work is not None:
            self._end(work, self.today)
            self.work.pop(member.pk)
            return
        else:
            row.wrong("organisation", _("Name the organisation too."))
            row.refuse_if_wrong()
            return
        row.check(work, columns=(), leave_out=("member", "organisation"))
        if work.until_on is not None and work.from_on is not None and work.from_on > work.until_on:
            row.wrong("since", _("The last day lies before the first."))
        row.refuse_if_wrong()
        if work._state.adding:
            work.save()
        else:  # its organisation may be merged by now
            work.save(update_fields=["function", "from_on"])
        self.work[member.pk] = work

    def _end(self, work: Affiliation, next_on: date) -> None:
        last = next_on - timedelta(days=1)
        work.until_on = max(last, work.from_on) if work.from_on else last
        work.save(update_fields=["until_on"])
