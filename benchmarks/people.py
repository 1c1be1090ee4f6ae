"""Many members, the lists of the admin that hold them and the directory; five thousand more by an import.

    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people fill 50000
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people measure
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people bring_in

`run.py bench --people N` does all three in a database of its own. By hand they run inside the site on a database that
`migrate` made. `fill` makes people by plain inserts, half of them with an account, all with an affiliation and a folded
text, four of five in the directory and one of five on public pages. `measure` asks the lists as an administrator, the
directory also as a visitor, and prints queries and seconds. `bring_in` imports a file of `IMPORTED` members.
`benchmarks.report` judges both.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

import django

from benchmarks.places import Place, postgres_place

ORGANISATIONS: Final = 2_000
IMPORTED: Final = 5_000
BATCH: Final = 2_000
FIRST: Final = ("Άννα", "Γιώργος", "Zoé", "Željko", "José", "Maria", "Nikos", "Eleni", "Björn", "Ana")
LAST: Final = ("Παπαδόπουλος", "Αντωνίου", "Perić", "Núñez", "Müller", "Rossi", "Kovač", "Dupont", "Šimić", "Georgiev")
ADDRESS: Final = "bench-admin@measured.example"
#: Rows of a page of the admin.
OF_A_PAGE: Final = 50
#: What the system counts processor time in.
TICK: Final = os.sysconf("SC_CLK_TCK")


#: Pages of the directory; visitors are asked for those that they can ask for.
DIRECTORY: Final = {
    "first page": "",
    "late page": "?page=400",
    "folded name": "?q=peric",
    "Greek name": "?q=ΠΑΠΑΔΟΠΟΥΛΟΣ ΑΝΝΑ",
    "one letter": "?q=a",
    "name that nobody has": "?q=xyzzy",
    "language": "?language=el",
    "expertise": "?expertise=bench",
    "territory": "?territory=EL43",
    "role": "?role=coordinator",
    "language and name": "?language=it&q=rossi",
}
OF_VISITORS: Final = ("first page", "late page", "folded name", "Greek name", "one letter", "name that nobody has")
OF_MEMBERS: Final = ("first page", "late page", "folded name", "one letter", "language", "expertise")


def measured(number: int, engines: list[str], server: str) -> list[dict[str, Any]]:
    """Fill a database of its own with `number` members on each engine; return what is found there.

    PostgreSQL is left out where no server is named.
    """
    found = []
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        if "sqlite" in engines:
            found.append(_measured_on(Place("SQLite", 0, f"sqlite:///{folder}/people.sqlite3", Path(folder)), number))
        if "postgres" in engines and server:
            with postgres_place(server, number, Path(folder), keep=False) as place:
                found.append(_measured_on(place, number))
    return found


def _measured_on(place: Place, number: int) -> dict[str, Any]:
    place.run("manage.py", "migrate", "-v0")
    place.run("-m", "benchmarks.people", "fill", str(number))
    pages = [json.loads(line) for line in place.run("-m", "benchmarks.people", "measure").splitlines()]
    imported = json.loads(place.run("-m", "benchmarks.people", "bring_in"))
    return {"engine": place.engine, "number": number, "pages": pages, **imported}


def fill(members: int) -> None:
    """Add organisations and members up to these numbers, and one administrator."""
    from django.db import transaction

    from community.folding import fold_key
    from community.models import Member, Organisation, User

    if not User.objects.with_address(ADDRESS).exists():
        user = User.objects.create_user(ADDRESS, None, is_staff=True)
        Member.objects.create(name="Bench Admin", sort_name="Admin", user=user, search_text="bench admin")
    countries = ("EL", "IT", "FR", "ES", "HR", "SI", "PT", "CY", "MT", "BG")
    with transaction.atomic():
        names = [
            f"Organisation Nr {number} of the coast" for number in range(Organisation.objects.count(), ORGANISATIONS)
        ]
        Organisation.objects.bulk_create(
            (
                Organisation(
                    name=name,
                    name_key=fold_key(name),
                    country=countries[n % 10],
                    is_verified=True,
                    search_text=name.lower(),
                )
                for n, name in enumerate(names)
            ),
            batch_size=BATCH,
        )
        _fill_members(random.Random(7), members)


def _fill_members(rng: random.Random, members: int) -> None:
    """Add people up to that number, every second one with an account."""
    from community.folding import fold, fold_key
    from community.models import Affiliation, Member, Organisation, User

    places = list(Organisation.objects.order_by("pk"))
    numbers = range(Member.objects.count(), members)
    accounts = {
        number: User(
            email=f"p{number}@measured.example", email_key=fold_key(f"p{number}@measured.example"), password="!"
        )
        for number in numbers
        if number % 2
    }
    User.objects.bulk_create(accounts.values(), batch_size=BATCH)
    people, works = [], []
    for number in numbers:
        first, last, place = rng.choice(FIRST), rng.choice(LAST), rng.choice(places)
        row = Member(name=f"{first} {last} {number}", sort_name=f"{last} {number}", user=accounts.get(number))
        row.search_text = fold(f"{row.name} {place.name}")
        row.languages = [rng.choice(("el", "it", "fr", "hr")), "en"]
        people.append(row)
        works.append(Affiliation(member=row, organisation=place, from_on=date(2024, 1, 1), is_main=True))
    Member.objects.bulk_create(people, batch_size=BATCH)
    for work in works:
        work.member_id = work.member.pk
    Affiliation.objects.bulk_create(works, batch_size=BATCH)
    _fill_directory(people)


def _fill_directory(people: list[Any]) -> None:
    """Let four of five agree to be in the directory, and one of five to stand on public pages."""
    from community.choices import ConsentExtent, ConsentPurpose, Vocabulary
    from community.models import Consent, ConsentWording, Member, Term

    purposes = (ConsentPurpose.DIRECTORY, ConsentPurpose.PUBLIC)
    words = {
        purpose: ConsentWording.objects.get_or_create(
            purpose=purpose, version=100, defaults={"text": "I agree.", "extent": ConsentExtent.WHOLE}
        )[0]
        for purpose in purposes
    }
    agreed = [(row, ConsentPurpose.DIRECTORY) for n, row in enumerate(people) if n % 5]
    agreed += [(row, ConsentPurpose.PUBLIC) for n, row in enumerate(people) if n % 5 == 1]
    Consent.objects.bulk_create(
        (Consent(member=row, purpose=purpose, wording=words[purpose]) for row, purpose in agreed), batch_size=BATCH
    )
    known, _is_new = Term.objects.get_or_create(
        vocabulary=Vocabulary.EXPERTISE, code="bench", defaults={"labels": {"en": "Measuring"}}
    )
    joins = Member.expertise.through
    joins.objects.bulk_create((joins(member_id=row.pk, term_id=known.pk) for row in people[::10]), batch_size=BATCH)


def addresses() -> dict[str, str]:
    """Return the pages of the admin by what they are."""
    from community.models import Member, Organisation

    count = Member.objects.count()
    one = Member.objects.exclude(user=None).order_by("pk")[count // 4].pk
    place = Organisation.objects.order_by("pk")[0].pk
    looked = "/admin/autocomplete/?app_label=community&model_name=appointment&field_name=member&term="
    typed = "/admin/autocomplete/?app_label=community&model_name=affiliation&field_name=organisation&term="
    return {
        "members": "/admin/community/member/",
        "members, a late page": f"/admin/community/member/?p={max(1, count * 9 // (OF_A_PAGE * 10))}",
        "members, folded name": "/admin/community/member/?q=peric",
        "members, Greek name": "/admin/community/member/?q=ΠΑΠΑΔΟΠΟΥΛΟΣ ΑΝΝΑ",
        "members, address": "/admin/community/member/?q=p777@measured",
        "members, name that nobody has": "/admin/community/member/?q=xyzzy",
        "members of a country": "/admin/community/member/?country=EL",
        "members without consent": "/admin/community/member/?consent=none",
        "members of an organisation that is typed": "/admin/community/member/?organisation=nr 77 coast",
        "accounts": "/admin/community/user/",
        "accounts, name": "/admin/community/user/?q=núñez",
        "organisations": "/admin/community/organisation/",
        "a member": f"/admin/community/member/{one}/change/",
        "merging a member": f"/admin/community/member/{one}/merge/",
        "an organisation": f"/admin/community/organisation/{place}/change/",
        "a new appointment": "/admin/community/appointment/add/",
        "looking for a member while typing": f"{looked}παπαδοπ",
        "looking for a member by one letter": f"{looked}a",
        "looking for an organisation while typing": f"{typed}nr 77",
        **{f"directory, {page}": f"/members/{query}" for page, query in DIRECTORY.items()},
        "directory, a person": f"/members/{Member.objects.get(pk=one).key}/",
    }


def measure() -> list[dict[str, Any]]:
    """Return for each page the number of queries and its size, and the seconds of the second answer of two."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from community.models import User

    settings.ALLOWED_HOSTS = ["*"]
    client = Client()
    client.force_login(User.objects.with_address(ADDRESS).get())
    asked = [(page, address, client) for page, address in addresses().items()]
    asked += [(f"directory, visitor, {page}", f"/members/{DIRECTORY[page]}", Client()) for page in OF_VISITORS]
    reader = Client()
    reader.force_login(User.objects.filter(is_staff=False, member__isnull=False).order_by("pk")[0])
    asked += [(f"directory, member, {page}", f"/members/{DIRECTORY[page]}", reader) for page in OF_MEMBERS]
    found = []
    for page, address, browser in asked:
        browser.get(address, secure=True)
        began, used = time.perf_counter(), _processor()
        with CaptureQueriesContext(connection) as queries:
            answer = browser.get(address, secure=True)
        took, worked = time.perf_counter() - began, _processor() - used
        line = {"page": page, "status": answer.status_code, "queries": len(queries), "kB": len(answer.content) // 1000}
        found.append(line | {"seconds": round(took, 2), "processor": round(worked, 2)})
    return found


def _processor() -> float:
    """Return the seconds of processor time of this process, and of the one that serves it in PostgreSQL."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return time.process_time()
    connection.ensure_connection()
    raw: Any = connection.connection
    fields = Path(f"/proc/{raw.get_backend_pid()}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(fields[11]) + int(fields[12])) / TICK


def bring_in() -> dict[str, Any]:
    """Import a file of new members; return the seconds of preview and import."""
    from community.imports.member import MemberImport
    from community.imports.table import bring_in as take
    from community.models import User

    by, mark = User.objects.with_address(ADDRESS).get(), int(time.time())
    rows = ["name,email,organisation,since"]
    rows += [
        f"Person Nr{n},i{mark}-{n}@measured.example,Organisation Nr {n % 500} of the coast,2024-01-01"
        for n in range(IMPORTED)
    ]
    content = "\n".join(rows).encode()
    said: dict[str, Any] = {"rows": IMPORTED}
    for name, is_dry in (("preview", True), ("import", False)):
        began, used = time.perf_counter(), _processor()
        report = take(MemberImport(by), content, dry_run=is_dry)
        said[name] = round(time.perf_counter() - began, 1)
        said[f"{name}, processor"] = round(_processor() - used, 1)
        said["added"] = report.added
    return said


if __name__ == "__main__":
    django.setup()
    if sys.argv[1] == "fill":
        fill(int(sys.argv[2]))
    elif sys.argv[1] == "bring_in":
        sys.stdout.write(f"{json.dumps(bring_in())}\n")
    else:
        sys.stdout.write("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in measure()))
