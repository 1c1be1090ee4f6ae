"""What a person is asked to agree to, purpose by purpose, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from community.choices import ConsentExtent, ConsentPurpose
from community.contributions import Words
from community.models import Consent, ConsentWording, Member

#: The words that hold where an administrator entered none; kept as version 1 once somebody agrees to them. They list
#: what pages, files and documents show: whoever shows more words them anew, with a new extent (decision 0165).
FIRST_WORDINGS: Final[dict[str, Words]] = {
    ConsentPurpose.DIRECTORY: _(
        "I agree that members of the community of practice who are signed in see me in the directory: my name, "
        "organisation, function, languages and expertise, what I write about myself, where I worked before, which "
        "working groups I coordinate or coordinated, and the clusters and exchanges in which I have a part. They see "
        "my name, too, where I coordinate a working group, lead or take part in a cluster, suggest changes, comment, "
        "review, raise a need, offer or ask for an exchange, keep a liaison or am the contact of a solution. The "
        "registry suggests me to them as somebody who may help, and passes their messages on to me without showing "
        "them my address. I can withdraw this at any time: nobody sees me there from then on, and pages name my role."
    ),
    ConsentPurpose.PUBLIC: _(
        "I agree that everybody on the internet sees my name and organisation in the list of members, and my name on "
        "the registry's public pages where I coordinate a working group, lead or take part in a cluster, suggest "
        "changes, comment, review, raise a need, offer or ask for an exchange, keep a liaison or am the contact of a "
        "solution. The registry passes messages of members on to me without showing them my address. I can withdraw "
        "this at any time; the pages name my role from then on."
    ),
    ConsentPurpose.NAMED: _(
        "I agree that factsheets, policy statements, published advice and the records that are handed out with them "
        "name me, beside my organisation, where I lead, take part, review, advise or raised the need. I can withdraw "
        "this at any time; the issued documents are then withdrawn and made anew without my name."
    ),
}
#: What a person should know before the press.
IF_GIVEN: Final[dict[str, Words]] = {
    ConsentPurpose.DIRECTORY: _("Signed-in members of the community find you in the directory from now on."),
    ConsentPurpose.PUBLIC: _("Public pages name you from now on, and everybody finds you by name and organisation."),
    ConsentPurpose.NAMED: _("Documents issued from now on name you. Those issued before stay as they are."),
}
IF_WITHDRAWN: Final[dict[str, Words]] = {
    ConsentPurpose.DIRECTORY: _(
        "You no longer stand in the directory, and to members, too, pages name your role instead of you. "
        "Administrators and those who work on a cluster with you still see who you are."
    ),
    ConsentPurpose.PUBLIC: _("Public pages name your role instead of you, and the public finds you no longer."),
    ConsentPurpose.NAMED: _(
        "Every issued document that names you is withdrawn and made anew without your name; its address stays."
    ),
}

#: The same for who merges two entries of a person, one of which has the consent.
IF_MERGED: Final[dict[str, Words]] = {
    ConsentPurpose.DIRECTORY: _("Signed-in members find the person in the directory, with all that both entries say."),
    ConsentPurpose.PUBLIC: _("Public pages name the person, also where the other entry stood without a name."),
    ConsentPurpose.NAMED: _("Documents issued from then on name the person, also for what the other entry did."),
}


@dataclass(frozen=True)
class Asked:
    """One purpose for a person: the words now in use, the consent that stands, and those of before."""

    purpose: str
    label: Words
    wording: ConsentWording
    standing: Consent | None
    before: tuple[Consent, ...]

    @property
    def effect(self) -> Words:
        """What the button beside it will do."""
        return IF_WITHDRAWN[self.purpose] if self.standing else IF_GIVEN[self.purpose]

    @property
    def is_outdated(self) -> bool:
        """Whether the person agreed to other words than those now in use."""
        return self.standing is not None and self.standing.wording_id != self.wording.pk

    @property
    def holds_back(self) -> bool:
        """Whether less is shown than the words now in use name, until the person agrees to them."""
        is_part = self.standing is not None and self.standing.wording.extent < self.wording.extent
        return is_part and self.purpose == ConsentPurpose.DIRECTORY


def wording_of(purpose: str, language: str = "") -> ConsentWording:
    """Return the newest words of a purpose in a language, else in English; not kept yet where nobody entered any."""
    language = language or "en"
    rows = ConsentWording.objects.filter(purpose=purpose, language__in={language, "en"}).order_by("-version")
    found = sorted(rows[:10], key=lambda row: (row.language == language, row.version), reverse=True)
    if found:
        return found[0]
    text = _first_words(purpose, language)
    return ConsentWording(purpose=purpose, language=language, text=text, extent=ConsentExtent.WHOLE)


def are_first_words(wording: ConsentWording) -> bool:
    """Tell whether these are the words that held before any were entered."""
    return wording.version == 1 and wording.text == _first_words(wording.purpose, wording.language)


def _first_words(purpose: str, language: str) -> str:
    with translation.override(language):
        return str(FIRST_WORDINGS[purpose])


def asked_of(member: Member) -> Iterator[Asked]:
    """Yield the purposes with what a person agreed to; two queries and one a purpose."""
    given = list(Consent.objects.filter(member=member).select_related("wording").order_by("-given_at", "-pk"))
    for purpose in ConsentPurpose:
        of_it = [row for row in given if row.purpose == purpose]
        standing = next((row for row in of_it if row.withdrawn_at is None), None)
        before = tuple(row for row in of_it if row is not standing)
        yield Asked(purpose, purpose.label, wording_of(purpose, get_language() or "en"), standing, before)
