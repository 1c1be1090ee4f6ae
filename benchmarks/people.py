"""Many members, and the lists of the admin that hold them; five thousand more by an import.

    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people fill 50000
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people measure
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people bring_in

`run.py bench --people N` does all three in a database of its own. By hand they run inside the site on a database that
`migrate` made. `fill` makes people by plain inserts, half of them with an account, all with an affiliation and a folded
text. `measure` asks the lists as an administrator and prints queries and seconds. `bring_in` imports a file of
`IMPORTED` members. `benchmarks.report` judges both.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any, Final

import django

from benchmarks.places import Place

ORGANISATIONS: Final = 2_000
IMPORTED: Final = 5_000
BATCH: Final = 2_000
FIRST: Final = ("Άννα", "Γιώργος", "Zoé", "Željko", "José", "Maria", "Nikos", "Eleni", "Björn", "Ana")
LAST: Final = ("Παπαδόπουλος", "Αντωνίου", "Perić", "Núñez", "Müller", "Rossi", "Kovač", "Dupont", "Šimić", "Georgiev")
ADDRESS: Final = "bench-admin@measured.example"
#: Rows of a page of the admin.
OF_A_PAGE: Final = 50


def measured(number: int) -> dict[str, Any]:
    """Fill a database of its own with `number` members; return what `measure` and `bring_in` find there."""
    with tempfile.TemporaryDirectory(prefix="registry-bench-") as folder:
        place = Place("SQLite", 0, f"sqlite:///{folder}/people.sqlite3", Path(folder))
        place.run("manage.py", "migrate", "-v0")
        place.run("-m", "benchmarks.people", "fill", str(number))
        pages = [json.loads(line) for line in place.run("-m", "benchmarks.people", "measure").splitlines()]
        return {"number": number, "pages": pages, **json.loads(place.run("-m", "benchmarks.people", "bring_in"))}


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
        people.append(row)
        works.append(Affiliation(member=row, organisation=place, from_on=date(2024, 1, 1), is_main=True))
    Member.objects.bulk_create(people, batch_size=BATCH)
    for work in works:
        work.member_id = work.member.pk
    Affiliation.objects.bulk_create(works, batch_size=BATCH)


def addresses() -> dict[str, str]:
    """Return the pages of the admin by what they are."""
    from community.models import Member, Organisation

    count = Member.objects.count()
    one = Member.objects.exclude(user=None).order_by("pk")[count // 4].pk
    place = Organisation.objects.order_by("pk")[0].pk
    looked = "/admin/autocomplete/?app_label=community&model_name=appointment&field_name=member&term="
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
    found = []
    for page, address in addresses().items():
        client.get(address, secure=True)
        began, used = time.perf_counter(), time.process_time()
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address, secure=True)
        took, worked = time.perf_counter() - began, time.process_time() - used
        line = {"page": page, "status": answer.status_code, "queries": len(asked), "kB": len(answer.content) // 1000}
        found.append(line | {"seconds": round(took, 2), "processor": round(worked, 2)})
    return found


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
        began, used = time.perf_counter(), time.process_time()
        report = take(MemberImport(by), content, dry_run=is_dry)
        said[name] = round(time.perf_counter() - began, 1)
        said[f"{name}, processor"] = round(time.process_time() - used, 1)
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
