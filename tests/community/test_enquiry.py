"""Questions from outside: a visitor writes to the contact of a solution once their own mailbox has said so."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from community import links
from community.actions.enquiry import ask_contact, drop_enquiry, forget_enquiries, pass_on_enquiry
from community.actions.outbox import send_outbox
from community.choices import EnquiryStatus, SolutionStatus
from community.dates import written
from community.enquiry_mails import PURPOSE
from community.forms.enquiry import OLDEST, QUICKEST, begun_at
from community.models import Enquiry, Event, Message, SignedLink, Solution
from community.permissions import Refusal
from community.rules.enquiry import FORGOTTEN_AFTER, LASTS_DAYS, MOST_A_SOLUTION, MOST_AN_ADDRESS, MOST_UNCONFIRMED
from tests import factories as make

pytestmark = [pytest.mark.django_db]

ADDRESS = "sita.marsh@delta.example"
WORDS = {"text": "Which <wood> do you take?", "name": "Sita Marsh", "organisation": "Delta trust", "address": ADDRESS}


@pytest.fixture
def solution() -> Solution:
    contact = make.make_member("Contact Person", account={"email": "hidden@contact.example"})
    return make.make_solution("Dune fences", contact=contact)


def typed(*, age: timedelta = timedelta(minutes=1), **more: str) -> dict[str, str]:
    """Return what a visitor sends who opened the form a while ago."""
    return {**WORDS, "begun": begun_at(timezone.now() - age), **more}


def asked(solution: Solution, **more: Any) -> Enquiry:
    return ask_contact(solution=solution, **{**WORDS, **more})


def token_of(mail: Any) -> str:
    found = re.search(r"/enquiries/([\w-]+)/", mail.body.replace("\n", ""))
    assert found is not None
    return found[1]


def link_of(row: Enquiry) -> tuple[SignedLink, str]:
    return links.mint(PURPOSE, subject=row, address=row.address, by=None, expires_at=timezone.now() + timedelta(1))


def moment(at: Any) -> str:
    local = timezone.localtime(at)
    return f"{written(local)}, {local:%H:%M}"


def test_a_visitor_asks_and_nothing_goes_out_before_their_own_mailbox_says_so(
    solution: Solution, mailoutbox: list[Any]
) -> None:
    client, url = Client(), f"/solutions/{solution.pk}/contact/"
    assert url in client.get(f"/solutions/{solution.pk}/").content.decode()
    assert "hidden@contact.example" not in client.get(url).content.decode()
    sent = client.post(url, typed())
    assert (sent.status_code, "Look into your mail" in sent.content.decode()) == (200, True)
    send_outbox(at=timezone.now())
    (mail,) = mailoutbox
    assert mail.to == [ADDRESS]
    for whole in (mail.subject, mail.body, mail.alternatives[0][0]):
        assert not [word for word in ("wood", "Sita", "Delta") if word in whole]
    assert not Event.objects.of_verbs(["ask_contact"]).exists()

    page = f"/enquiries/{token_of(mail)}/"
    for _scan in range(2):
        shown = client.get(page)
        assert (shown.status_code, "Which &lt;wood&gt;" in shown.content.decode()) == (200, True)
        assert "no-store" in shown["Cache-Control"]
        assert shown["Referrer-Policy"] == "strict-origin"
    assert Enquiry.objects.get().status == EnquiryStatus.WAITING
    assert "Your question is on its way" in client.post(page).content.decode()
    assert client.post(page).status_code == client.get(page).status_code == 410
    send_outbox(at=timezone.now())
    _first, second = mailoutbox
    assert (second.to, second.reply_to) == (["hidden@contact.example"], [ADDRESS])
    assert "Which <wood> do you take?" in second.body
    assert "Sita Marsh, Delta trust." in second.body
    assert "Which &lt;wood&gt;" in second.alternatives[0][0]


def test_once_it_is_passed_on_the_words_stand_nowhere_and_the_event_names_nobody(solution: Solution) -> None:
    row = asked(solution)
    link, _token = link_of(row)
    pass_on_enquiry(link=link)
    send_outbox(at=timezone.now())
    event = Event.objects.of_verbs(["ask_contact"]).get()
    assert (event.by, event.data, getattr(event, "detail", None)) == (None, {}, None)
    row.refresh_from_db()
    assert (row.text, row.status) == ("", EnquiryStatus.PASSED_ON)
    assert [("text" in mail.params, "sender" in mail.params) for mail in Message.objects.all()] == [(False, False)] * 2


def test_who_did_not_write_it_has_it_forgotten_by_one_press(solution: Solution) -> None:
    row = asked(solution)
    send_outbox(at=timezone.now())
    link, token = link_of(row)
    assert "Nothing was sent" in Client().post(f"/enquiries/{token}/", {"drop": "1"}).content.decode()
    row.refresh_from_db()
    assert (row.status, row.address, row.address_key, row.name, row.organisation, row.text) == ("dropped", *[""] * 5)
    assert not Message.objects.filter(template="community/enquiry_passed_on").exists()
    assert set(SignedLink.objects.values_list("address", flat=True)) == {""}
    assert set(Message.objects.values_list("to_address", flat=True)) == {""}
    with pytest.raises(Refusal):
        drop_enquiry(link=link)


@pytest.mark.parametrize("ending", ["never pressed", "passed on"])
def test_who_asked_is_forgotten_in_every_column_after_seven_days(solution: Solution, ending: str) -> None:
    row, now = asked(solution), timezone.now()
    send_outbox(at=now)
    if ending == "passed on":
        link, _token = link_of(row)
        pass_on_enquiry(link=link, at=now)
        ended = now
    else:
        ended = now + timedelta(days=LASTS_DAYS, minutes=1)
        assert forget_enquiries(now + timedelta(days=LASTS_DAYS) - timedelta(minutes=1)) == 0
        assert Enquiry.objects.waiting().exists()
    assert forget_enquiries(ended) == 0
    row.refresh_from_db()
    assert (row.text, row.address) == ("", ADDRESS)
    assert forget_enquiries(ended + FORGOTTEN_AFTER - timedelta(seconds=1)) == 0
    assert forget_enquiries(ended + FORGOTTEN_AFTER) == 1
    assert forget_enquiries(ended + FORGOTTEN_AFTER) == 0
    row.refresh_from_db()
    assert (row.address, row.address_key, row.name, row.organisation) == ("", "", "", "")
    mails = Message.objects.filter(kind="enquiry")
    assert set(mails.values_list("to_address", flat=True)) == {""}
    assert set(SignedLink.objects.values_list("address", "address_key")) == {("", "")}


def test_a_link_that_has_run_out_sends_nothing(solution: Solution) -> None:
    row = asked(solution)
    link, token = link_of(row)
    late = timezone.now() + timedelta(days=2)
    with pytest.raises(Refusal, match="ended"):
        pass_on_enquiry(link=link, at=late)
    forget_enquiries(late)
    gone = Client().get(f"/enquiries/{token}/")
    assert (gone.status_code, "write once more" in gone.content.decode()) == (410, True)
    assert Client().get("/enquiries/nonsense/").status_code == 404
    _link, other = links.mint("join", subject=solution, address=ADDRESS, by=None)
    assert Client().get(f"/enquiries/{other}/").status_code == 404


def test_a_contact_who_cannot_be_reached_any_more_uses_nothing_up(solution: Solution) -> None:
    row = asked(solution)
    link, token = link_of(row)
    Solution.objects.update(status=SolutionStatus.RETIRED)
    answer = Client().post(f"/enquiries/{token}/")
    html = unescape(answer.content.decode())
    assert (answer.status_code, "Nothing was sent yet" in html) == (409, True)
    assert "Contacts are written to while their solution is published." in html
    assert f"Your question is kept until {moment(link.expires_at)}" in html
    assert "sends nothing any more" not in html
    assert "write once more" not in html
    assert Enquiry.objects.get(pk=row.pk).status == EnquiryStatus.WAITING
    Solution.objects.update(status=SolutionStatus.PUBLISHED)
    assert pass_on_enquiry(link=link).status == EnquiryStatus.PASSED_ON


def test_the_same_question_twice_is_one_and_gets_one_mail(solution: Solution) -> None:
    assert asked(solution).pk == asked(solution, address=ADDRESS.upper()).pk
    assert Message.objects.count() == 1


def test_neither_a_mailbox_nor_a_contact_is_bombed(solution: Solution) -> None:
    now = timezone.now()
    for number in range(MOST_AN_ADDRESS):
        asked(solution, text=f"Question {number}", at=now)
    other = make.make_solution("Reed belts", contact=solution.contact)
    with pytest.raises(Refusal, match="tomorrow"):
        asked(other, address=ADDRESS.title(), at=now + timedelta(hours=24) - timedelta(seconds=1))
    assert asked(other, at=now + timedelta(hours=24)).pk


def test_who_confirms_nothing_does_not_shut_the_form_and_the_contact_is_not_bombed(solution: Solution) -> None:
    now = timezone.now()
    waiting = [asked(solution, address=f"a{number}@delta.example", at=now) for number in range(MOST_A_SOLUTION + 2)]
    for row in waiting[:MOST_A_SOLUTION]:
        pass_on_enquiry(link=link_of(row)[0], at=now)
    link = link_of(waiting[-1])[0]
    with pytest.raises(Refusal, match="Very many"):
        pass_on_enquiry(link=link, at=now)
    with pytest.raises(Refusal, match="Very many"):
        asked(solution, address="last@delta.example", at=now)
    refused = Client().post(f"/solutions/{solution.pk}/contact/", typed(address="last@delta.example"))
    assert (refused.status_code, "Which &lt;wood&gt;" in refused.content.decode()) == (422, True)
    assert pass_on_enquiry(link=link, at=now + timedelta(hours=24)).status == EnquiryStatus.PASSED_ON


@pytest.mark.parametrize(("lasts", "is_kept"), [(timedelta(days=2), True), (timedelta(hours=20), False)])
def test_who_presses_on_a_full_day_reads_when_to_press_again(
    solution: Solution, lasts: timedelta, is_kept: bool
) -> None:
    """Before: that the link sends nothing any more, though it did the next day."""
    now = timezone.now()
    first = now - timedelta(hours=1)
    row = asked(solution, at=first)
    for number in range(MOST_A_SOLUTION):
        other = asked(solution, address=f"a{number}@delta.example", at=first)
        pass_on_enquiry(link=link_of(other)[0], at=first if number else first - timedelta(hours=1))
    link, token = links.mint(PURPOSE, subject=row, address=row.address, by=None, expires_at=now + lasts)
    answer = Client().post(f"/enquiries/{token}/")
    html = unescape(answer.content.decode())
    assert (answer.status_code, "Nothing was sent yet" in html) == (409, True)
    assert "sends nothing any more" not in html
    free = moment(first + timedelta(hours=23))
    assert (f"Press the link in your mail again after {free}, until {moment(now + lasts)}" in html) == is_kept
    assert (f"write once more after {free}" in html) != is_kept
    assert Client().get(f"/enquiries/{token}/").status_code == 200
    assert Enquiry.objects.get(pk=row.pk).text == WORDS["text"]
    if is_kept:
        assert pass_on_enquiry(link=link, at=first + timedelta(hours=23)).status == EnquiryStatus.PASSED_ON


def test_who_pressed_already_reads_so_on_a_full_day_too(solution: Solution) -> None:
    """Two presses at once: the question that fills the day was sent, and is not told to be kept."""
    now = timezone.now()
    for number in range(MOST_A_SOLUTION):
        link = link_of(asked(solution, address=f"a{number}@delta.example", at=now))[0]
        pass_on_enquiry(link=link, at=now)
    with pytest.raises(Refusal) as refused:
        pass_on_enquiry(link=link, at=now)
    assert refused.value.code == "closed"


def test_questions_that_nobody_confirmed_have_an_end_too(solution: Solution) -> None:
    now = timezone.now()
    first = asked(solution, at=now)
    drop_enquiry(link=link_of(first)[0], at=now)
    rows = [
        Enquiry(solution=solution, **{**WORDS, "address": f"b{n}@delta.example"}) for n in range(MOST_UNCONFIRMED - 2)
    ]
    Enquiry.objects.bulk_create(rows)
    assert asked(solution, address="second@delta.example", at=now).pk
    with pytest.raises(Refusal, match="Very many"):
        asked(solution, address="last@delta.example", at=now)
    other = make.make_solution("Reed belts", contact=solution.contact)
    assert asked(other, address="last@delta.example", at=now).pk


def test_one_client_is_stopped_after_ten_forms_whatever_it_types(solution: Solution) -> None:
    client, url = Client(), f"/solutions/{solution.pk}/contact/"
    answers = [client.post(url, typed(address=f"a{n}@delta.example")).status_code for n in range(11)]
    assert answers == [200] * 10 + [429]
    assert Enquiry.objects.count() == 10
    assert Client(REMOTE_ADDR="192.0.2.9").post(url, typed()).status_code == 200


def test_one_client_cannot_fill_the_day_of_a_solution_with_questions_that_nobody_confirms(
    solution: Solution, time_machine: Any
) -> None:
    """Before: 240 a day from one client, and 200 shut the form."""
    client, url, begin = Client(), f"/solutions/{solution.pk}/contact/", timezone.now()
    for hour in range(4):
        time_machine.move_to(begin + timedelta(hours=hour, minutes=hour), tick=False)
        answers = [client.post(url, typed(address=f"a{hour}-{n}@delta.example")) for n in range(10)]
        assert [answer.status_code for answer in answers] == ([200] if hour < 3 else [429]) * 10
    assert "Many questions came from your connection. Send it later, or tomorrow." in answers[0].content.decode()
    assert Enquiry.objects.count() == 30
    assert MOST_UNCONFIRMED >= 6 * 30, "so many clients at least are needed to shut the form"
    assert Client(REMOTE_ADDR="192.0.2.9").post(url, typed()).status_code == 200
    time_machine.move_to(begin + timedelta(hours=24, minutes=1), tick=False)
    assert client.post(url, typed()).status_code == 200


def test_a_machine_that_fills_in_everything_is_answered_alike_and_nothing_is_kept(solution: Solution) -> None:
    url = f"/solutions/{solution.pk}/contact/"
    by_machine, by_person = Client().post(url, typed(website="spam.example")), Client().post(url, typed())
    assert (by_machine.status_code, by_person.status_code) == (200, 200)
    assert Enquiry.objects.count() == Message.objects.count() == 1


@pytest.mark.parametrize(
    ("age", "status"),
    [
        (QUICKEST - timedelta(seconds=2), 422),
        (QUICKEST + timedelta(seconds=1), 200),
        (OLDEST - timedelta(minutes=1), 200),
        (OLDEST + timedelta(minutes=1), 422),
    ],
)
def test_a_form_is_taken_neither_too_quick_nor_too_old(solution: Solution, age: timedelta, status: int) -> None:
    answer = Client().post(f"/solutions/{solution.pk}/contact/", typed(age=age))
    assert answer.status_code == status
    if status == 422:
        assert "Which &lt;wood&gt;" in answer.content.decode()


def test_a_forged_moment_is_refused_and_the_form_drawn_anew(solution: Solution) -> None:
    url = f"/solutions/{solution.pk}/contact/"
    answer = Client().post(url, {**WORDS, "begun": "1:x"})
    assert answer.status_code == 422
    begun = re.search(r'name="begun" value="([^"]+)"', answer.content.decode())
    assert begun is not None
    assert begun[1].startswith(str(int(timezone.now().timestamp()))[:-2])


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("address", "", "Say where the answer goes."),
        ("address", "no address", "This is no e-mail address"),
        ("address", "a@delta.example\r\nBcc: b@delta.example", "This is no e-mail address"),
        ("name", " ", "Say who you are."),
        ("name", "Sita\u202emarsh", "name"),
        ("text", "", "Write what you want to know."),
        ("text", "x" * 3001, "3000"),
    ],
)
def test_bad_input_says_what_to_do_and_keeps_the_rest(
    solution: Solution, field: str, value: str, sentence: str
) -> None:
    answer = Client().post(f"/solutions/{solution.pk}/contact/", {**typed(), field: value})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert WORDS["organisation"] in answer.content.decode()
    assert not Enquiry.objects.exists()
    with pytest.raises(Refusal):
        asked(solution, **{field: value})


def test_what_nobody_may_see_or_nobody_answers_for_cannot_be_asked() -> None:
    draft = make.make_solution("Draft", status=SolutionStatus.DRAFT)
    without = make.make_solution("Nobody's")
    assert Client().get(f"/solutions/{draft.pk}/contact/").status_code == 404
    assert Client().get(f"/solutions/{without.pk}/contact/").status_code == 403
    assert "Write to the contact" not in Client().get(f"/solutions/{without.pk}/").content.decode()


def test_an_external_partner_takes_the_same_way_with_the_address_filled_in(solution: Solution) -> None:
    client, partner = Client(), make.make_external()
    client.force_login(partner.user)
    assert partner.user.email in client.get(f"/solutions/{solution.pk}/contact/").content.decode()
