"""What upper apps add to pages and chores that community draws and runs.

Each registry is typed and holds plain values; an app fills it from `apps.py`.
`tests/test_architecture.py` lists what is registered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.utils.functional import Promise

if TYPE_CHECKING:
    from django.db.models import Model, Q, QuerySet
    from django.http import HttpRequest, QueryDict
    from django.http.response import HttpResponseBase

    from community.models import Appointment, Event, Member, User
    from community.permissions import Obstacle

T = TypeVar("T")
Words = str | Promise


class Registry(Generic[T]):
    """A named list that each app extends once at start-up."""

    def __init__(self, name: str) -> None:
        """Make an empty registry called `name`."""
        self.name = name
        self._entries: dict[str, T] = {}

    def register(self, code: str, entry: T) -> T:
        """Add `entry` under a code that no other entry has.

        Raises:
            ValueError: the code is taken by a different entry.
        """
        if code in self._entries and self._entries[code] is not entry:
            raise ValueError(f"{self.name}: {code!r} is registered already")
        self._entries[code] = entry
        return entry

    def __iter__(self) -> Iterator[T]:
        """Yield the entries in the order of their registration."""
        yield from self._entries.values()

    def codes(self) -> list[str]:
        """Return the codes, in the order of registration."""
        return list(self._entries)

    def get(self, code: str) -> T:
        """Return the entry of that code.

        Raises:
            KeyError: nothing is registered under it.
        """
        return self._entries[code]


@dataclass(frozen=True)
class DeskItem:
    """One thing that waits for a person, with the very button beside it.

    `verb` is the button's text, `since` when the wait began, `due` a deadline. `data` is what the button of a
    `post` sends, `many` the address where the same is done for several things at once, `many_label` what leads there.
    """

    verb: Words
    title: str
    why: Words
    url: str
    since: datetime | None = None
    due: date | None = None
    method: str = "get"
    late: bool = False
    data: tuple[tuple[str, str], ...] = ()
    many: str = ""
    many_label: Words = ""


@dataclass(frozen=True)
class PageSection:
    """A part of a page of community: home, organisation, project, working group, member, need, solution, platform.

    `build(request, subject)` returns the template's context, or None for "nothing to show". `standing(subject)` returns
    as plain values all that a reader who has no part in the subject is shown, for pages that are kept under it.
    """

    page: str
    template: str
    build: Callable[[HttpRequest, Any], dict[str, Any] | None]
    order: int = 100
    standing: Callable[[Any], object] | None = None


@dataclass(frozen=True)
class PersonalRecords:
    """The rows of one model that refer to a member, for export and erasure; a merge walks the models itself."""

    label: Words
    rows: Callable[[Any], QuerySet[Any]]
    export: Callable[[Any], dict[str, Any]]
    erase: Callable[[Any], int] | None = None


@dataclass(frozen=True)
class PersonColumn:
    """What becomes of a column that refers to a person or an account: in their own data, and at their erasure.

    `label` heads its rows in a person's data; `gives` names the columns of a row that the person gets (a path with
    "__" leads on), parted by spaces. Where nothing is given, `record` is the code of the `PersonalRecords` that do
    it, or `why_not` says why. At an erasure the row stays and refers to the pseudonym; `empties` names columns that
    are emptied, `is_cleared` takes the reference out, `is_deleted` deletes the row.
    """

    label: Words = ""
    gives: str = ""
    empties: str = ""
    is_cleared: bool = False
    is_deleted: bool = False
    record: str = ""
    why_not: Words = ""


@dataclass(frozen=True)
class MemberRole:
    """What somebody is in the community, to be found by: `condition(on)` holds of the persons who are it on a day."""

    label: Words
    condition: Callable[[date], Q]


@dataclass(frozen=True)
class MergeRule:
    """What becomes of a row of a merged entry where the entry that stays has one like it, or what its moving grants.

    `how` names what is done with the row of which there is one too many: "drop" (deleted), "end" (ended by `ended(row,
    day)`, then moved), "stay" (left with the merged entry), "block" (somebody must mend it first). `rival(row, kept)`
    finds the like row of the entry with the key `kept`; of two the one of the greater `rank` stands, else that of the
    entry that stays. `rule` says all that to who merges. `grants` names what a person may do, or reads, by such a row.
    `between` treats the rows of which the two are both sides, as `find(merged, kept)` returns them; "stay" just tells.
    """

    how: str = "stay"
    rule: Words = ""
    grants: Words = ""
    rival: Callable[[Any, int], Any] | None = None
    rank: Callable[[Any], int] | None = None
    ended: Callable[[Any, date], dict[str, Any]] | None = None
    find: Callable[[int, int], Any] | None = None
    between: MergeRule | None = None


@dataclass(frozen=True)
class SearchSource:
    """Where the site's search looks: hits are (title, address, line) triples, best first."""

    label: Words
    search: Callable[[Any, str, int], Sequence[tuple[str, str, str]]]


@dataclass(frozen=True)
class Departure:
    """What ends in an app when somebody is a member, or an external partner, no longer.

    `follow(person, administrator, moment)` ends it in the same transaction and returns the keys of its rows. `ahead`
    says before what would end or stay, a sentence each; `ended` says afterwards of such rows what they were.
    """

    follow: Callable[[Member, User, datetime], Sequence[int]]
    ahead: Callable[[Member], Sequence[str]]
    ended: Callable[[Sequence[int]], Sequence[str]]


@dataclass(frozen=True)
class ClockJob:
    """A chore of the scheduler: `run(now)` returns how much it did.

    It must be harmless to run twice: a scheduler that dies leaves it to the next
    one after `lease_minutes`. With `daily_at` it runs once a day at that time of the
    site's zone, also in nights when clocks are changed, instead of every so many minutes.
    """

    label: Words
    every_minutes: int
    run: Callable[[datetime], int]
    lease_minutes: int = 5
    daily_at: time | None = None


@dataclass(frozen=True)
class StoredFolder:
    """A folder of the storage, and which of some files in it (names in the storage) are held by a row.

    `is_made_anew` where who misses a file of it has it made again.
    """

    folder: str
    held: Callable[[Collection[str]], Iterable[str]]
    is_made_anew: bool = False


@dataclass(frozen=True)
class MailTopic:
    """A sort of mails that a person chooses a rhythm for.

    `covers(template, audience)` says which mails belong to it; the first topic that does has it. `why_at_once`
    says why it is sent at once whatever is chosen; empty where the person chooses.
    """

    label: Words
    hint: Words
    covers: Callable[[str, str], bool]
    order: int
    why_at_once: Words = ""


@dataclass(frozen=True)
class ChainAnchor:
    """A place where the head of a hash chain was written down, such as an issued document."""

    chain: str
    number: int
    hash: str
    source: Words


@dataclass(frozen=True)
class LastReport:
    """The newest document that was issued about something, and where it is read."""

    label: Words
    url: str
    issued_at: datetime


@dataclass(frozen=True)
class PlatformNumber:
    """A number beside each platform: `count(user)` by the key of the challenge, `words(count)` what is read."""

    words: Callable[[int], str]
    count: Callable[[Any], dict[int, int]]


@dataclass(frozen=True)
class SolutionMark:
    """A word beside solutions in the catalogue, and a filter there: `keys()` selects those that everybody sees bear it.

    `keys` returns a query of one column, the keys of solutions, that is put into others and never asked alone. Files
    of the catalogue have its `columns`, which `tell` fills for those of some solutions that bear it.
    """

    label: Words
    keys: Callable[[], QuerySet[Any, Any]]
    columns: tuple[str, ...] = ()
    tell: Callable[[Sequence[int]], dict[int, dict[str, Any]]] | None = None


@dataclass(frozen=True)
class Selection:
    """What an address asks for: the keys of its rows in their order, or the sentence why nothing is selected.

    Rows that are worked out and stored nowhere stand for themselves among the keys.
    """

    keys: Sequence[Any]
    problem: Words = ""


@dataclass(frozen=True)
class ExportSource:
    """A list whose rows go into files, registered under the noun that names its files: "clusters".

    `select(user, data, at)` reads an address for one person, who gets what they may see at that moment; `records(keys)`
    yields what the file says of each, by column. `url_name` with `url_args` is the page of the list, which hands out
    short files.
    """

    label: Words
    url_name: str
    select: Callable[[Any, QueryDict, datetime], Selection]
    columns: Callable[[], Sequence[str]]
    records: Callable[[Sequence[Any]], Iterator[dict[str, Any]]]
    url_args: tuple[str, ...] = ()


@dataclass(frozen=True)
class LiaisonKeeper:
    """Who keeps the liaisons of a kind: `may(user, subject)`, `people(subject)` to be named, `page(subject)` to return.

    `page` returns the path on which they stand.
    """

    may: Callable[[Any, Any], Any]
    people: Callable[[Any], QuerySet[Any]]
    page: Callable[[Any], str]


@dataclass(frozen=True)
class NavigationEntry:
    """An entry of the main menu: `url_name` must resolve without arguments."""

    label: Words
    url_name: str
    order: int
    prefixes: tuple[str, ...] = field(default_factory=tuple)
    visible_to: Callable[[User | Any], bool] | None = None


desk_items: Registry[Callable[[User, date], Iterable[DeskItem]]] = Registry("desk_items")
page_sections: Registry[PageSection] = Registry("page_sections")
personal_records: Registry[PersonalRecords] = Registry("personal_records")
#: What a person's page says of columns that hold a code, by "app.Model.column": asked with the row.
column_words: Registry[Mapping[str, Callable[[Any], Words]]] = Registry("column_words")
#: What a person did by an event, in words to them; "" where the app does not know the event.
event_words: Registry[Callable[[Any], Words]] = Registry("event_words")
#: Every column that refers to a person or an account, by "app.Model.field"; a test finds the one that is missing.
person_columns: Registry[Mapping[str, PersonColumn]] = Registry("person_columns")
#: What becomes of rows that collide when two entries are merged, by "app.Model.field"; a column without a rule moves.
merge_rules: Registry[Mapping[str, MergeRule]] = Registry("merge_rules")
#: What hangs on a row, such as a file that says the same, before an erasure takes words out of it: (row,
#: moment, who does it, key of the erasure), in its transaction.
word_removals: Registry[Callable[[Any, datetime, User | None, str], None]] = Registry("word_removals")
#: Takes out of an index of the database's own what was deleted from it: such an index forgets words late.
index_purges: Registry[Callable[[], None]] = Registry("index_purges")
#: Which project evidence supports, as pairs of keys (file, project or None): its last payment says how long it is kept.
#: Asked of one file's key, or of all evidence (None). What is out of sight counts: a figure may have rested on it.
evidence_projects: Registry[Callable[[int | None], Iterable[tuple[int, int | None]]]] = Registry("evidence_projects")
#: Evidence with names of persons, of the work in which somebody took part: it outlasts their erasure.
restricted_evidence: Registry[Callable[[Member], Iterable[Any]]] = Registry("restricted_evidence")
#: What stands in the way of somebody's erasure, and where it is mended: (person, day). The last value tells whether
#: it holds however long the person has waited.
erasure_obstacles: Registry[Callable[[Member, date], Iterable[tuple[Obstacle, bool]]]] = Registry("erasure_obstacles")
#: What waits on a day besides what clusters know themselves, as facts (`clusters.rules.reminders.Silence`).
silences: Registry[Callable[[date], Iterable[Any]]] = Registry("silences")
#: What people are found by in the directory, in the order of its filter.
member_roles: Registry[MemberRole] = Registry("member_roles")
search_sources: Registry[SearchSource] = Registry("search_sources")
clock_jobs: Registry[ClockJob] = Registry("clock_jobs")
#: Where files are stored that rows name: what no row names there is deleted after a while.
stored_folders: Registry[StoredFolder] = Registry("stored_folders")
#: What mails there are, to choose a rhythm for.
mail_topics: Registry[MailTopic] = Registry("mail_topics")
#: What a person may choose rhythms for one by one, by kind: as (key, title) pairs.
mail_subjects: Registry[Callable[[User], Iterable[tuple[int, str]]]] = Registry("mail_subjects")
chain_anchors: Registry[Callable[[], Iterable[ChainAnchor]]] = Registry("chain_anchors")
#: How far the work has brought a need, by its key: the furthest answer counts.
need_progress: Registry[Callable[[int], str]] = Registry("need_progress")
#: Ends what still works for a need that is answered or closed, in the same transaction: (its key, moment).
need_endings: Registry[Callable[[int, datetime], None]] = Registry("need_endings")
#: Whether something that everybody sees rests on a solution, by its key: then it is not hidden again.
solution_uses: Registry[Callable[[int], bool]] = Registry("solution_uses")
#: Words beside solutions in the catalogue, such as that peers reviewed them.
solution_marks: Registry[SolutionMark] = Registry("solution_marks")
#: The newest issued document of each of many subjects, by kind and keys; one query.
last_reports: Registry[Callable[[str, Iterable[int]], dict[int, LastReport]]] = Registry("last_reports")
#: Which events are about the work of a working group, by its key; None is the whole mission.
events_of_groups: Registry[Callable[[int | None], Q]] = Registry("events_of_groups")
#: What follows when somebody becomes a member: (person, administrator, moment), in the same transaction.
memberships: Registry[Callable[[Member, User, datetime], None]] = Registry("memberships")
#: What follows when somebody is a member, or an external partner, no longer.
departures: Registry[Departure] = Registry("departures")
#: What follows when an absence of somebody who coordinates, or its end, was noted: (appointment, event).
absences: Registry[Callable[[Appointment, Event], None]] = Registry("absences")
#: The page behind `/join/<token>/`, by the purpose of the link.
join_pages: Registry[Callable[..., HttpResponseBase]] = Registry("join_pages")
#: Numbers in the list of platforms.
platform_numbers: Registry[PlatformNumber] = Registry("platform_numbers")
#: Organisations on the platform of a challenge: (term, reader) -> querysets of their keys.
platform_organisations: Registry[Callable[[Any, Any], Iterable[QuerySet[Any, Any]]]] = Registry(
    "platform_organisations"
)
#: Lists whose rows go into files, by the noun that names those.
export_sources: Registry[ExportSource] = Registry("export_sources")
#: Kinds whose subjects keep contact with networks outside.
liaison_keepers: Registry[LiaisonKeeper] = Registry("liaison_keepers")
navigation: Registry[NavigationEntry] = Registry("navigation")


def sections_of(page: str, request: HttpRequest, subject: Model | None = None) -> list[dict[str, Any]]:
    """Return the contexts of the sections that apps add to `page`, each with its `template`."""
    found = []
    for section in sorted((s for s in page_sections if s.page == page), key=lambda s: s.order):
        context = section.build(request, subject)
        if context is not None:
            found.append({"template": section.template, **context})
    return found


def standing_of(page: str, subject: Model) -> list[object] | None:
    """Return what the sections of `page` show to readers who have no part in the subject, as plain values.

    None where one of them does not say it: what they show can't be kept.
    """
    sections = [section for section in page_sections if section.page == page]
    return None if any(s.standing is None for s in sections) else [s.standing(subject) for s in sections if s.standing]
