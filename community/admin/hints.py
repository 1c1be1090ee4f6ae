"""What stands under the fields of the admin's forms, where a newcomer cannot know what a field does."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from community.contributions import Words

LAST_DAY: Final = _("The last day, included. Empty while it goes on.")
ORDER: Final = _("Small numbers stand first.")
CODE: Final = _("A short name without blanks, for addresses and imports. It stays as it is.")
COUNTRY: Final = _("Two letters; Greece is EL.")
PARTNERSHIP: Final[dict[str, Words]] = {
    "role": _("LP: lead partner. PP: project partner with a budget. AP: associated partner without one."),
    "from_on": _("Empty: from the first day of the project."),
    "until_on": _(
        "The last day, included; the right to lead clusters ends the day after. Empty: as long as the project."
    ),
}

#: By model and field.
HINTS: Final[dict[str, dict[str, Words]]] = {
    "community.Appointment": {
        "member": _("A member of the community with an account."),
        "working_group": _("Empty: the whole mission."),
        "from_on": _("The first day on which the person decides."),
        "until_on": LAST_DAY,
        "absent_until": _(
            "The last day of an absence. Meanwhile the other coordinators decide, or the stand-ins; "
            "they and whose proposal waits get a mail."
        ),
    },
    "community.Member": {
        "sort_name": _("The word under which lists sort the person, such as the family name. Empty: the last one."),
        "standing": _("External partners take part where they were invited; they become members here, too."),
        "expertise": _("Terms of the vocabulary of expertise, by which the directory finds the person."),
        "about": _("Read by whoever reads the whole of the person's entry in the directory."),
    },
    "community.Affiliation": {
        "function": _("What the person is there, such as “Adviser”."),
        "is_main": _("Of several it is named first."),
        "from_on": _("Empty where nobody knows."),
        "until_on": LAST_DAY,
    },
    "community.ConsentWording": {
        "purpose": _("Each purpose is asked, given and withdrawn on its own."),
        "version": _("One more than the newest. From then on this one is asked for; given ones keep theirs."),
        "language": _("A code such as “en” or “fr”. Where a language has no words, the English ones are shown."),
        "text": _("List what is shown, to whom and where, and that it can be withdrawn."),
    },
    "community.Organisation": {
        "short_name": _("An acronym, named where the whole name is too long."),
        "country": COUNTRY,
        "kind": _("A term of the vocabulary of types of organisation."),
        "territory": _("Where it sits: a region, a country or a site."),
        "is_verified": _("An administrator looked at it. What people enter in forms waits for that."),
    },
    "community.Partnership": PARTNERSHIP,
    "community.Project": {
        "code": CODE,
        "family": _("Community4Nature and Dialogue4Nature are governance projects, all others are not."),
        "specific_objective": _("Of the programme, such as RSO2.7."),
        "countries_note": _("What the list of countries does not tell, such as “and two outside the programme”."),
        "partner_count": _("As published. Those entered below may be fewer."),
        "associated_count": _("As published. Those entered below may be fewer."),
        "completed_on": _("Takes the place of the planned end. What is taken up within a year after it still counts."),
        "last_payment_on": _("Evidence is kept for years from the end of its year. Empty: all of it is kept."),
        "source": _("Where these facts come from."),
    },
    "community.Term": {
        "vocabulary": _("Where the term is offered."),
        "code": CODE,
        "order": ORDER,
        "is_retired": _("It is offered no more; rows that hold it keep it."),
    },
    "community.Territory": {
        "nuts_version": _("Of a region; empty for a country, a site or a sea basin."),
        "code": _("The NUTS code, or a short name. It stays as it is."),
        "level": _("A region of the NUTS, a country, a named site or a sea basin."),
        "country": COUNTRY,
        "is_programme_region": _("Counted and drawn among the regions of the programme."),
        "maps_to": _("The territories that hold it, such as the region of a site."),
        "column": _("Its place on the tile map, with the row; both or neither."),
        "row": _("Its place on the tile map, with the column; both or neither."),
    },
    "community.WorkingGroup": {
        "code": _("Such as WG1. It stays as it is, whatever the title becomes."),
        "order": ORDER,
        "is_active": _("Take the tick off, and no new cluster chooses the group."),
    },
    "community.User": {"email": _("The person signs in with it. The former address is told of a change.")},
    "community.Need": {
        "solution_types": _("What kind of solution would help."),
        "territories": _("Where it is needed."),
    },
    "community.Solution": {
        "project": _("Whose result it is; the project's partners keep it."),
        "maturity": _("How far it has come, from idea to standard."),
        "where_tested": _("In words; the territories stand in a field of their own."),
        "licence": _("Under which it may be used, such as CC BY 4.0."),
        "contact": _("Who gets messages about it. The address is shown to nobody."),
    },
}
