"""Fifty thousand members, and the lists of the admin that hold them; five thousand more by an import.

    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people fill
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people measure
    DJANGO_SETTINGS_MODULE=config.settings python -m benchmarks.people bring_in

Run inside the site on a database that `migrate` made. `fill` makes people by plain inserts, half of them with an
account, all with an affiliation and a folded text. `measure` asks the lists as an administrator and prints queries and
seconds; it fails where a list takes `MOST_QUERIES` or more. `bring_in` imports a file of `IMPORTED` members and fails
beyond `MOST_SECONDS`.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import date
from typing import Any, Final

import django

MEMBERS: Final = 50_000
ORGANISATIONS: Final = 2_000
IMPORTED: Final = 5_000
BATCH: Final = 2_000
#: A list takes fewer queries than this, however many people there are.
MOST_QUERIES: Final = 20
MOST_SECONDS: Final = 30
FIRST: Final = ("Άννα", "Γιώργος", "Zoé", "Željko", "José", "Maria", "Nikos", "Eleni", "Björn", "Ana")
LAST: Final = ("Παπαδόπουλος", "Αντωνίου", "Perić", "Núñez", "Müller", "Rossi", "Kovač", "Dupont", "Šimić", "Georgiev")
ADDRESS: Final = "bench-admin@measured.example"


def fill() -> None:
    """Add organisations and members up to the numbers above, and one administrator."""
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
        _fill_members(random.Random(7))


def _fill_members(rng: random.Random) -> None:
    """Add people, every second one with an account."""
    from community.folding import fold, fold_key
    from community.models import Affiliation, Member, Organisation, User

    places = list(Organisation.objects.order_by("pk"))
    numbers = range(Member.objects.count(), MEMBERS)
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

    one = Member.objects.exclude(user=None).order_by("pk")[MEMBERS // 4].pk
    place = Organisation.objects.order_by("pk")[0].pk
    looked = "/admin/autocomplete/?app_label=community&model_name=appointment&field_name=member&term="
    return {
        "members": "/admin/community/member/",
        "members, page 900": "/admin/community/member/?p=900",
        "members, folded name": "/admin/community/member/?q=peric",
        "members, Greek name": "/admin/community/member/?q=ΠΑΠΑΔΟΠΟΥΛΟΣ ΑΝΝΑ",
        "members, address": "/admin/community/member/?q=p777@measured",
        "members, name that nobody has": "/admin/community/member/?q=xyzzy",
        "members of a country": "/admin/community/member/?country=EL",
        "members without consent": "/admin/community/member/?consent=none",
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
        fill()
    elif sys.argv[1] == "bring_in":
        told = bring_in()
        sys.stdout.write(f"{json.dumps(told)}\n")
        sys.exit(told["import"] > MOST_SECONDS)
    else:
        lines = measure()
        sys.stdout.write("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines))
        sys.exit(any(line["queries"] >= MOST_QUERIES for line in lines))
