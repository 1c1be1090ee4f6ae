"""What can be chosen in a proposal: terms, places, groups, people, organisations, needs, results.

Every list is bounded, and read in the same number of queries whatever its length. What is chosen already stays
choosable, even when it was retired or hidden meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import Prefetch, Q
from django.utils import timezone

from clusters.choices import State
from clusters.models import Cluster
from community.choices import TerritoryLevel, Vocabulary
from community.folding import fold
from community.models import Affiliation, Member, Need, Organisation, Solution, Term, Territory, User, WorkingGroup
from community.validators import is_key

#: At most so many are found at a time; a longer query narrows.
FOUND = 8
SOLUTIONS_SHOWN = 30
#: At most so many needs are answered by one cluster.
MOST_NEEDS = 10
#: As many themes, and people, come along from an address.
MOST_THEMES = MOST_PEOPLE = 10
#: A query of fewer signs finds nothing: it would list everybody.
LEAST_QUERY = 2
_CANDIDATES = 60
_WORD_LENGTH = 4
_MEMBER_KEY = re.compile(r"[a-z0-9]{12}")
#: Languages of the area in which documents have no words of their own yet.
_FURTHER_LANGUAGES = ("sq", "bs", "mk")

Choices = list[tuple[Any, str]]


def words_to_find(query: str) -> str:
    """Return a query without signs that no database takes; "" for one that says too little."""
    said = fold("".join(sign for sign in query if sign.isprintable()))
    return said if len(said) >= LEAST_QUERY else ""


def language_choices(chosen: str) -> Choices:
    """Return the languages that a proposal may be written in, each in its own name."""
    codes = dict.fromkeys([*settings.DOCUMENT_LANGUAGES, *_FURTHER_LANGUAGES, *settings.TEXT_LANGUAGES, chosen])
    return [(code, str(LANG_INFO.get(code, {}).get("name_local", code))) for code in codes if code]


def document_language_choices() -> Choices:
    """Return the languages in which documents have words of their own, each in its own name."""
    return [(code, str(LANG_INFO[code]["name_local"])) for code in settings.DOCUMENT_LANGUAGES]


def term_choices(vocabularies: Iterable[str], chosen: Collection[int]) -> dict[str, Choices]:
    """Return the terms of several vocabularies in one query: those in use, and the chosen ones."""
    found: dict[str, Choices] = {str(vocabulary): [] for vocabulary in vocabularies}
    rows = Term.objects.filter(Q(is_retired=False) | Q(pk__in=list(chosen)), vocabulary__in=list(found))
    for term in rows:
        found[term.vocabulary].append((term.pk, term.label))
    return found


def chosen_terms(keys: Iterable[str]) -> dict[str, Term]:
    """Return the terms of the keys that a form gave, by these keys; an empty key is left out."""
    return {str(pk): term for pk, term in Term.objects.in_bulk([int(key) for key in keys if key]).items()}


PROPOSAL_VOCABULARIES = (Vocabulary.CHALLENGE, Vocabulary.SDG, Vocabulary.OBJECTIVE)


def group_choices(chosen: Collection[int]) -> Choices:
    """Return the working groups that are open for clusters, and the chosen ones."""
    rows = WorkingGroup.objects.filter(Q(is_active=True) | Q(pk__in=list(chosen)))
    return [(group.pk, f"{group.code} · {group.title}") for group in rows]


@dataclass
class TerritoryGroup:
    """The territories of one country that are shown: the country itself first."""

    code: str
    label: str
    rows: list[Territory] = field(default_factory=list)
    chosen: int = 0
    is_open: bool = False


def territories(chosen: Collection[int]) -> list[Territory]:
    """Return the regions of the programme, countries, sites and sea basins, and what is chosen besides."""
    return list(Territory.objects.selectable() | Territory.objects.filter(pk__in=list(chosen)))


def country_choices() -> Choices:
    """Return the countries of the registry, for an organisation that is new."""
    rows = Territory.objects.filter(level=TerritoryLevel.COUNTRY).order_by("name")
    return [(row.country, row.name) for row in rows]


def territory_groups(rows: Iterable[Territory], chosen: Collection[int], query: str) -> list[TerritoryGroup]:
    """Return the territories by country: those that hold every word of `query`, and the chosen ones whatever it is."""
    rows = list(rows)
    countries = {row.country: row.name for row in rows if row.level == TerritoryLevel.COUNTRY}
    words = fold(query).split()
    groups: dict[str, TerritoryGroup] = {}
    for row in sorted(rows, key=lambda row: (row.country, row.level != TerritoryLevel.COUNTRY, row.code)):
        label = countries.get(row.country, row.country)
        text = fold(f"{row.name} {row.code} {row.country} {label}")
        is_chosen = row.pk in chosen
        if not is_chosen and not all(word in text for word in words):
            continue
        group = groups.setdefault(row.country, TerritoryGroup(row.country, label))
        group.rows.append(row)
        group.chosen += is_chosen
        group.is_open = group.is_open or is_chosen or bool(words)
    return sorted(groups.values(), key=lambda group: (not group.code, fold(group.label)))


def _with_affiliations(rows: Any) -> Any:
    current = Affiliation.objects.current(timezone.localdate()).select_related("organisation")
    return rows.prefetch_related(
        Prefetch("affiliations", current.order_by("-is_main", "pk"), to_attr="present_affiliations")
    )


def organisations_of(member: Member) -> list[Organisation]:
    """Return where a member of `found_members` or `known_members` works today, the main place first."""
    present: list[Affiliation] = getattr(member, "present_affiliations", [])
    return [affiliation.organisation for affiliation in present]


def found_members(user: User, query: str) -> list[Member]:
    """Return members whom `user` sees in the directory and whose name or organisation holds the words of `query`."""
    said = words_to_find(query)
    if not said:
        return []
    rows = Member.objects.visible_to(user).in_community().found_by(user, said)
    return list(_with_affiliations(rows)[:FOUND])


def known_members(user: User, keys: Collection[str], named: Collection[int]) -> dict[str, Member]:
    """Return, by key, those of `keys` whom `user` may name: seen in the directory, or named here already (`named`)."""
    keys = [key for key in keys if _MEMBER_KEY.fullmatch(key)]
    if not keys:
        return {}
    rows = Member.objects.visible_to(user).in_community() | Member.objects.filter(pk__in=list(named))
    return {member.key: member for member in _with_affiliations(rows.filter(key__in=keys))}


def given_people(user: User, keys: Iterable[str]) -> list[Member]:
    """Return the members of these keys in their order: those whom `user` sees in the directory."""
    wanted = list(dict.fromkeys(keys))[:MOST_PEOPLE]
    found = known_members(user, wanted, ())
    return [found[key] for key in wanted if key in found]


def close_organisations(user: User, query: str) -> list[Organisation]:
    """Return organisations named like `query`, the closest first, so that nobody adds one a second time."""
    wanted = words_to_find(query)
    if not wanted:
        return []
    words = [word for word in wanted.split() if len(word) >= _WORD_LENGTH][:6] or wanted.split()[:6]
    holds = Q()
    for word in words:
        holds |= Q(search_text__contains=word)
    scored = []
    for row in Organisation.objects.visible_to(user).filter(holds)[:_CANDIDATES]:
        name = fold(row.name)
        likeness = max(SequenceMatcher(None, wanted, name).ratio(), wanted in f"{name} {fold(row.short_name)}")
        share = sum(word in row.search_text for word in words) / len(words)
        if likeness >= 0.6 or share >= 0.5:
            scored.append((-share - likeness, name, row.pk, row))
    return [row for *_key, row in sorted(scored, key=lambda item: item[:3])[:FOUND]]


def known_organisations(user: User, keys: Collection[int]) -> dict[int, Organisation]:
    """Return, by primary key, those organisations that `user` may name."""
    if not keys:
        return {}
    return {row.pk: row for row in Organisation.objects.visible_to(user).filter(pk__in=list(keys))}


def found_needs(user: User, query: str, chosen: Iterable[Need] = ()) -> list[Need]:
    """Return open needs that hold the words of `query`, without those that are chosen."""
    said = words_to_find(query)
    rows = Need.objects.visible_to(user).open().exclude(pk__in=[row.pk for row in chosen])
    return list(rows.matching(said)[:FOUND]) if said else []


def given_needs(user: User, keys: Iterable[str], named: Collection[int] = ()) -> list[Need]:
    """Return the needs of these keys in their order: those that `user` sees, and those named here already."""
    numbers = [int(key) for key in dict.fromkeys(keys) if is_key(key)][:MOST_NEEDS]
    if not numbers:
        return []
    rows = (Need.objects.visible_to(user) | Need.objects.filter(pk__in=list(named))).in_bulk(numbers)
    return [rows[number] for number in numbers if number in rows]


def newest_needs(user: User) -> list[Need]:
    """Return the newest open needs, to start a proposal from."""
    return list(Need.objects.visible_to(user).open()[:FOUND])


def own_drafts(user: User) -> list[Cluster]:
    """Return the newest drafts of `user`, to go on with."""
    if user.member is None:
        return []
    rows = Cluster.objects.visible_to(user).in_states([State.DRAFT]).filter(proposer=user.member)
    return list(rows.order_by("-updated_at", "-pk")[:FOUND])


def given_solutions(keys: Iterable[str]) -> list[Solution]:
    """Return the published solutions of these keys in their order; what is no such key is left out."""
    numbers = [int(key) for key in dict.fromkeys(keys) if is_key(key)][:SOLUTIONS_SHOWN]
    rows = choosable_solutions(()).in_bulk(numbers) if numbers else {}
    return [rows[number] for number in numbers if number in rows]


def given_themes(codes: Iterable[str]) -> list[Term]:
    """Return the challenges in use of these codes in their order; what is no such code is left out."""
    wanted = list(dict.fromkeys(code for code in codes if "\x00" not in code))[:MOST_THEMES]
    rows = {term.code: term for term in Term.objects.of(Vocabulary.CHALLENGE).in_use().filter(code__in=wanted)}
    return [rows[code] for code in wanted if code in rows]


def choosable_solutions(chosen: Collection[int]) -> Any:
    """Return the published results and the chosen ones, as a query set for a form field."""
    published = Solution.objects.published() | Solution.objects.filter(pk__in=list(chosen))
    return published.select_related("project")


def shown_solutions(chosen: Collection[int], query: str) -> tuple[list[Solution], bool]:
    """Return the chosen results and the first that hold the words of `query`, and whether there are more."""
    rows = choosable_solutions(chosen)
    matching = rows.matching(words_to_find(query)).order_by("title_key", "pk")[: SOLUTIONS_SHOWN + 1]
    found = list(matching)
    have = {row.pk for row in found[:SOLUTIONS_SHOWN]}
    extra = list(rows.filter(pk__in=[pk for pk in chosen if pk not in have])) if set(chosen) - have else []
    ticked = sorted([*extra, *(row for row in found if row.pk in set(chosen))], key=lambda row: row.title_key)
    shown = list({row.pk: row for row in ticked}.values())
    return shown + [row for row in found[:SOLUTIONS_SHOWN] if row.pk not in set(chosen)], len(found) > SOLUTIONS_SHOWN
