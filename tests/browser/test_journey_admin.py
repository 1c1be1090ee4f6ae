"""An administrator's day: a file with errors, then without, export and import again, merge, appoint, deactivate."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from community.models import Appointment, Member, User
from tests import factories as make
from tests.browser.person import PASSWORD, OpenPage, Person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HEAD = "name,email,organisation\n"
GOOD = f"{HEAD}Άννα Παπαδοπούλου,anna@park.example,Blue Plan\nAnna Papadopoulou,a.p@park.example,Blue Plan\n"


class Keeper(Person):
    """An administrator in a browser: picks rows while typing, sends files."""

    def __init__(self, open_page: OpenPage, address: str) -> None:
        """Sign in, and keep what axe finds until the end of the day."""
        self.found: list[str] = []
        super().__init__(open_page, address)

    def check(self, state: str = "", besides: str = "") -> None:
        """Note what axe finds instead of stopping at the first page."""
        try:
            # Django's empty headings are no serious finding.
            super().check(state, besides or "empty-table-header")
        except AssertionError as error:
            self.found.append(str(error).partition("\n")[0])

    def send(self, file: Path) -> None:
        """Choose a file and look at its preview."""
        self.page.get_by_label("File").set_input_files(file)
        self.page.locator("form[enctype] input[type=submit]").click()
        expect(self.page.get_by_role("status")).to_be_visible()
        self.check("preview")

    def pick(self, field: str, text: str, name: str) -> None:
        """Type a part of a name and press the one that is offered."""
        with self.page.expect_response("**/autocomplete/**"):
            self.page.locator(f"#id_{field} + .select2 .select2-selection").click()
        self.page.wait_for_load_state("networkidle")
        with self.page.expect_response("**/autocomplete/**"):
            self.page.locator(".select2-search__field").last.fill(text)
        self.page.locator(".select2-results__option", has_text=name).click()

    def act(self, page: str, action: str, group: str = "") -> None:
        """Tick all rows of a list and let an action do its work."""
        self.go(page)
        for box in self.page.locator("input.action-select").all():
            box.check()
        self.page.get_by_label("Action:").select_option(action)
        if group:
            self.page.get_by_label("to appoint for:").select_option(group)
        self.save("Go")

    def end(self) -> None:
        """Hold the day to what axe found, and forget what only axe makes the browser say."""
        assert self.found == [], "\n".join(self.found)
        # While axe reads fields of Select2 styles are written, which the policy stops.
        self.page.errors[:] = [one for one in self.page.errors if not one.startswith("Applying inline style")]  # type: ignore[attr-defined]

    def save(self, name: str) -> None:
        """Press a button of a form."""
        with self.page.expect_navigation():
            self.page.get_by_role("button", name=name, exact=True).first.click()
        self.check()


def test_an_administrators_day(open_page: OpenPage, tmp_path: Path) -> None:
    admin = make.make_admin(name="Admin Person")
    make.make_organisation("Blue Plan")
    group = make.make_working_group("WG4", "Ecosystem restoration")
    keeper = Keeper(open_page, admin.email)
    keeper.go("/admin/")
    keeper.go("/admin/community/member/")
    keeper.press("Import: Members")
    wrong, good = tmp_path / "wrong.csv", tmp_path / "good.csv"
    wrong.write_text(f"{HEAD}Anna,anna at park,Blue Plam\n", encoding="utf-8")
    good.write_text(GOOD, encoding="utf-8")
    keeper.send(wrong)
    expect(keeper.page.get_by_role("main")).to_contain_text("is no e-mail address")
    expect(keeper.page.get_by_role("main")).to_contain_text("Did you mean “Blue Plan”?")
    keeper.send(good)
    expect(keeper.page.get_by_role("status")).to_contain_text("2 would be added")
    keeper.save("Import")

    with keeper.page.expect_download() as taken:
        keeper.page.get_by_role("link", name="Members as CSV").click()
    taken.value.save_as(tmp_path / "again.csv")
    keeper.press("Import: Members")
    keeper.send(tmp_path / "again.csv")
    expect(keeper.page.get_by_role("main")).to_contain_text("there is nothing to import")

    keeper.go("/admin/community/member/?q=papadop")
    keeper.press("Anna Papadopoulou")
    keeper.press("Merge into another…")
    keeper.pick("into", "παπαδοπ", "Άννα Παπαδοπούλου")
    keeper.save("Show what moves")
    expect(keeper.page.get_by_role("main")).to_contain_text("a.p@park.example is closed")
    keeper.save("Merge")
    expect(keeper.page.locator(".messagelist")).to_contain_text("is merged into")
    kept, merged = Member.objects.get(name="Άννα Παπαδοπούλου"), Member.objects.get(name="Anna Papadopoulou")
    assert merged.merged_into == kept

    keeper.go("/admin/community/appointment/add/")
    keeper.pick("member", "παπαδ", kept.name)
    keeper.pick("working_group", "WG4", "WG4")
    keeper.page.get_by_label("From:").fill("2026-05-01")
    keeper.save("Save")
    assert Appointment.objects.get().member == kept
    assert Appointment.objects.get().working_group == group

    make.make_appointment(make.make_member(), group)
    keeper.go("/admin/community/user/?q=anna@park")
    keeper.page.locator("input.action-select").check()
    keeper.page.get_by_label("Action:").select_option("deactivate")
    keeper.save("Go")
    expect(keeper.page.locator(".messagelist")).to_contain_text("1 account changed")
    assert User.objects.get(email="anna@park.example").is_active is False

    keeper.go(f"/admin/community/member/{merged.pk}/change/")
    keeper.press("Take the merge back…")
    keeper.save("Take the merge back")
    merged.refresh_from_db()
    assert (merged.merged_into, User.objects.get(email="a.p@park.example").is_active) == (None, True)
    keeper.end()


@pytest.mark.slow  # every day by requests: tests/community/test_admin_lists.py, tests/community/test_asked_again.py
def test_an_administrator_appoints_in_lists_and_is_asked_again(open_page: OpenPage, settings: Any) -> None:
    admin = make.make_admin(name="Admin Person")
    group = make.make_working_group("WG4", "Ecosystem restoration")
    make.make_appointment(make.make_member("Present Coordinator"), group)
    anna = make.make_member("Anna Perić", account={"email": "anna@park.example"})
    keeper = Keeper(open_page, admin.email)
    keeper.act("/admin/community/member/?q=anna", "appoint_members", "WG4")
    expect(keeper.page.locator(".messagelist")).to_contain_text("1 member appointed")
    row = Appointment.objects.get(member=anna)
    for action, said, last in (("end_today", "ended", timezone.localdate()), ("go_on", "goes on", None)):
        keeper.act("/admin/community/appointment/?q=anna", action)
        expect(keeper.page.locator(".messagelist")).to_contain_text(f"1 appointment {said}")
        row.refresh_from_db()
        assert row.until_on == last

    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    keeper.act("/admin/community/user/?q=anna@park", "make_administrator")
    expect(keeper.page.get_by_label("Password", exact=True)).to_be_visible()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    keeper.page.get_by_label("Password", exact=True).fill(PASSWORD)
    keeper.save("Go on")
    expect(keeper.page.get_by_role("main")).to_contain_text("anna@park.example")
    keeper.save("Make administrators")
    expect(keeper.page.locator(".messagelist")).to_contain_text("1 account changed")
    assert User.objects.get(email="anna@park.example").is_staff

    keeper.end()


@pytest.mark.slow  # every day by requests: tests/community/test_erasure_asked.py
def test_an_administrator_erases_somebody_from_the_list(open_page: OpenPage, settings: Any) -> None:
    maria, keeper = make.make_member("Maria Núñez"), Keeper(open_page, make.make_admin(name="Admin Person").email)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    keeper.act("/admin/community/member/?q=nunez", "erase_one")
    expect(keeper.page.get_by_label("Password", exact=True)).to_be_visible()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    keeper.page.get_by_label("Password", exact=True).fill(PASSWORD)
    keeper.save("Go on")
    keeper.page.get_by_label("Name of the person").fill("Maria Núñez")
    keeper.save("Erase this person")
    expect(keeper.page.get_by_role("main")).to_contain_text("Erased.")
    maria.refresh_from_db()
    assert (maria.erased_at is not None, "Maria" in keeper.page.get_by_role("main").inner_text()) == (True, False)
    keeper.end()
