from __future__ import annotations

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from community import contributions
from community.contributions import DeskItem, NavigationEntry, Registry
from community.icons import PATHS
from community.templatetags import components, dates, fields, navigation

A, B = date(2025, 11, 17), date(2026, 1, 30)
MOMENT = datetime(2026, 5, 4, 7, 12, tzinfo=UTC)
HOSTILE = "<script>alert(1)</script>"
LOAD = "{% load icons dates components fields navigation %}"


def render(source: str, **context: Any) -> str:
    return Template(LOAD + source).render(Context(context)).strip()


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_title() -> None:
    assert 'aria-hidden="true"' in render('{% icon "running" %}')
    named = render('{% icon "running" title="Running" %}')
    assert 'role="img" aria-label="Running"' in named
    assert "aria-hidden" not in named
    assert PATHS["running"] in named


def test_an_unknown_icon_draws_the_open_ring() -> None:
    assert render('{% icon "no such thing" %}') == render('{% icon "open" %}')


def test_a_state_is_colour_shape_and_word() -> None:
    badge = render("{% state code label %}", code="paused", label=HOSTILE)
    assert 'class="state is-paused"' in badge
    assert PATHS["paused"] in badge
    assert "&lt;script&gt;" in badge


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ a|day }}", '<time datetime="2025-11-17">17 November 2025</time>'),
        ("{{ a|day_short }}", '<time datetime="2025-11-17">17 Nov 2025</time>'),
        ("{{ at|moment }}", '<time datetime="2026-05-04T07:12:00+00:00">4 May 2026, 10:12</time>'),
        ("{{ at|clock }}", '<time datetime="2026-05-04T07:12:00+00:00">10:12</time>'),
        ("{{ at|day }}", '<time datetime="2026-05-04">4 May 2026</time>'),
        ("{{ none|day }}{{ none|day_short }}{{ none|moment }}{{ none|clock }}{{ none|ago }}{{ none|left }}", ""),
        (
            "{% period a b %}",
            '<time datetime="2025-11-17">17 Nov 2025</time> – <time datetime="2026-01-30">30 Jan 2026</time>',
        ),
        ("{% period a a %}", '<time datetime="2025-11-17">17 Nov 2025</time>'),
        ("{% period a none %}", 'from <time datetime="2025-11-17">17 Nov 2025</time>'),
        ("{% period none b %}", 'until <time datetime="2026-01-30">30 Jan 2026</time>'),
        ("{% period none none %}", "no dates yet"),
        ("{{ a|duration:b }}", "75 days"),
        ("{{ a|duration:a }}", "1 day"),
        ("{{ 14|slip }} {{ minus|slip }} {{ 0|slip }}{{ none|slip }}", "+14 d −1 d 0"),
    ],
)
def test_dates_are_written_as_the_registry_writes_them(source: str, expected: str) -> None:
    with timezone.override("Europe/Athens"):
        assert render(source, a=A, b=B, at=MOMENT, none=None, minus=-1) == expected


def test_the_year_is_written_once_within_a_year() -> None:
    assert render("{% period a b %}", a=date(2025, 7, 2), b=date(2025, 7, 3)) == (
        '<time datetime="2025-07-02">2 Jul</time> – <time datetime="2025-07-03">3 Jul 2025</time>'
    )


@pytest.mark.parametrize(("on", "words"), [(A, "today"), (date(2025, 11, 18), "1 day ago"), (B, "74 days ago")])
def test_ages_are_counted_in_days(on: date, words: str) -> None:
    assert dates.ago(A, on) == words


@pytest.mark.parametrize(("on", "words"), [(B, "last day"), (A, "74 days left"), (date(2026, 2, 2), "3 days over")])
def test_what_is_left_is_counted_in_days(on: date, words: str) -> None:
    assert dates.left(B, on) == words


def test_a_moment_near_midnight_counts_by_the_day_of_the_site() -> None:
    late = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
    with timezone.override("Europe/Athens"):
        assert dates.as_day(late) == date(2026, 5, 5)


YES = SimpleNamespace(allowed=True, reason="", obstacles=())
NO = SimpleNamespace(allowed=False, reason=HOSTILE, obstacles=())


def test_a_verb_that_may_be_pressed_is_a_link_or_a_form_of_one_button() -> None:
    link = render('{% verb_button "Approve" "/a/" yes kind="primary" %}', yes=YES)
    assert link == '<a class="btn btn-primary" href="/a/">Approve</a>'
    form = render('{% verb_button "Accept" "/p/" method="post" %}', csrf_token="t0ken")
    assert '<form method="post" action="/p/">' in form
    assert 'name="csrfmiddlewaretoken" value="t0ken"' in form


def test_a_verb_that_may_not_be_pressed_stays_focusable_and_says_why() -> None:
    button = render('{% verb_button "Ask to join" "/clusters/x/join/" no method="post" %}', no=NO)
    assert 'type="button"' in button
    assert 'aria-disabled="true" aria-describedby="why-clusters-x-join"' in button
    assert 'id="why-clusters-x-join"' in button
    assert "&lt;script&gt;" in button
    assert " disabled" not in button
    assert "<form" not in button


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Eleni Markou", "EM"), ("Ana de la Cruz", "AC"), ("Ζωή", "Ζ"), ("", "·"), ("- -", "·"), ("ján", "J")],
)
def test_initials_are_those_of_the_first_and_last_word(name: str, letters: str) -> None:
    assert components.initials(name) == letters


def test_an_organisation_shows_its_country_in_a_box() -> None:
    assert render('{% org "Region of Crete" "EL" %}') == (
        '<span class="org"><span class="cc">EL</span><span>Region of Crete</span></span>'
    )
    assert '<a href="/o/">' in render('{% org "x" "EL" "/o/" %}')
    assert "<script" not in render("{% org name name name %}", name=HOSTILE)


def test_a_difference_marks_the_words_that_changed_and_no_others() -> None:
    was, now = components.marked_words("for a coastal region", "for a small coastal town")
    assert was == "for a coastal <del>region</del>"
    assert now == "for a <ins>small </ins>coastal <ins>town</ins>"
    drawn = render("{% diff label was now %}", label=HOSTILE, was="", now=HOSTILE)
    assert "<script" not in drawn
    assert "<ins>&lt;script&gt;" in drawn


@pytest.mark.parametrize(
    ("tags", "url"),
    [
        ("undo:/x/", "/x/"),
        ("other undo:/x/ info", "/x/"),
        ("undo://evil.example/", ""),
        ("undo:https://e/", ""),
        ("", ""),
    ],
)
def test_undo_leads_to_an_address_of_the_site_only(tags: str, url: str) -> None:
    assert components.undo_url(tags) == url


def test_the_address_of_a_page_that_does_not_exist_is_empty() -> None:
    assert render('{% address "community:help" %}') == "/help/"
    assert render('{% address "community:no_such_page" %}') == ""


@pytest.fixture
def menu(monkeypatch: pytest.MonkeyPatch) -> Registry[NavigationEntry]:
    registry: Registry[NavigationEntry] = Registry("navigation")
    registry.register("b", NavigationEntry("Help", "community:help", 20, prefixes=("/words/",)))
    registry.register("a", NavigationEntry("About", "community:about", 10))
    registry.register("none", NavigationEntry("Later", "community:no_such_page", 5))
    registry.register(
        "staff",
        NavigationEntry("Privacy", "community:privacy", 30, visible_to=lambda user: bool(user and user.is_staff)),
    )
    monkeypatch.setattr(contributions, "navigation", registry)
    return registry


@pytest.mark.usefixtures("menu")
def test_the_menu_holds_what_exists_and_the_reader_may_see_in_order() -> None:
    links = navigation.menu_links("/about/", AnonymousUser())
    assert [(link.label, link.url, link.current) for link in links] == [
        ("About", "/about/", "page"),
        ("Help", "/help/", ""),
    ]
    staff = navigation.menu_links("/", SimpleNamespace(is_staff=True))
    assert [link.label for link in staff] == ["About", "Help", "Privacy"]


@pytest.mark.usefixtures("menu")
def test_a_page_beneath_an_entry_marks_it_and_the_longest_address_wins() -> None:
    current = {link.label: link.current for link in navigation.menu_links("/words/x/", AnonymousUser())}
    assert current == {"About": "", "Help": "true"}


def test_more_entries_than_fit_go_under_more(menu: Registry[NavigationEntry]) -> None:
    for count in range(9):
        menu.register(f"n{count}", NavigationEntry(f"N{count}", "community:accessibility", 100 + count))
    parts = navigation.parts_of_menu(tuple(navigation.menu_links("/about/", AnonymousUser())))
    assert (len(parts["bar"]), len(parts["overflow"]), len(parts["links"])) == (6, 5, 11)
    drawn = navigation.main_navigation(Context({"request": RequestFactory().get("/about/")}))
    assert drawn.count('href="/about/" aria-current="page"') == 2
    assert "More" in drawn


class Proposal(forms.Form):
    text = forms.CharField(
        label="What you want to reach", max_length=300, widget=forms.Textarea, help_text="One sentence."
    )
    criterion = forms.CharField(label="Reached when", error_messages={"required": "Say how you will see it."})
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    day = forms.DateField(label="From", required=False)
    kinds = forms.MultipleChoiceField(
        label="Outcomes", choices=[("a", "Adoption"), ("b", HOSTILE)], widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="Agreed")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].option_hints = {"a": "An organisation takes a solution up."}  # type: ignore[attr-defined]

    def clean(self) -> None:
        raise forms.ValidationError("The whole does not fit together.")


def test_a_field_has_label_hint_error_and_counter_that_refer_to_each_other() -> None:
    html = render('{% include "components/field.html" with field=form.text %}', form=Proposal({"text": "a\r\nb"}))
    assert '<label class="form-label" for="id_text">' in html
    assert 'id="id_text_helptext"' in html
    assert 'aria-describedby="id_text_helptext"' in html
    assert 'data-counter="id_text_counter"' in html
    assert "<span data-used>3</span> of 300 characters" in html
    bad = render('{% include "components/field.html" with field=form.criterion %}', form=Proposal({}))
    assert 'class="field bad"' in bad
    assert '<div id="id_criterion_error">' in bad
    assert 'aria-invalid="true" aria-describedby="id_criterion_error"' in bad
    assert "Say how you will see it." in bad


def test_only_fields_that_may_stay_empty_say_so() -> None:
    assert "(optional)" in render('{% include "components/field.html" with field=form.day %}', form=Proposal())
    assert "(optional)" not in render('{% include "components/field.html" with field=form.text %}', form=Proposal())


def test_a_date_is_asked_with_the_browsers_own_calendar() -> None:
    html = render("{% control form.day %}", form=Proposal({"day": "2026-05-12"}))
    assert 'type="date"' in html
    assert 'value="2026-05-12"' in html


def test_addresses_are_not_counted() -> None:
    assert fields.counter_limit(Proposal()["email"]) == 0
    assert fields.counter_limit(Proposal()["text"]) == 300


def test_choices_stand_in_a_group_with_their_explanations() -> None:
    html = render('{% include "components/field.html" with field=form.kinds %}', form=Proposal({}))
    assert '<fieldset class="field bad" id="id_kinds_group" tabindex="-1" aria-describedby="id_kinds_error">' in html
    assert "<legend>" in html.replace("\n", "")
    assert "An organisation takes a solution up." in html
    assert "<script" not in html


def test_crispy_plain_forms_and_groups_give_the_same_field() -> None:
    form = Proposal({})
    from_crispy = Template("{% load crispy_forms_tags %}{{ form.criterion|as_crispy_field }}").render(
        Context({"form": form})
    )
    by_hand = render('{% include "components/field.html" with field=form.criterion %}', form=form)

    def squeezed(html: str) -> str:
        return "".join(html.split())

    assert squeezed(from_crispy) == squeezed(by_hand) == squeezed(form["criterion"].as_field_group())
    assert squeezed(by_hand) in squeezed(str(form))


def test_the_summary_of_errors_leads_to_every_field() -> None:
    html = render("{% error_summary form %}", form=Proposal({"text": "x"}))
    assert "4 things to put right before you go on" in html
    assert "<li>The whole does not fit together.</li>" in html
    assert '<a href="#id_criterion">Reached when: Say how you will see it.</a>' in html
    assert 'href="#id_kinds_group"' in html
    assert 'role="alert" tabindex="-1" data-focus' in html
    assert render("{% error_summary form %}", form=Proposal()) == ""
    assert render("{% error_summary nothing %}") == ""


class WithHidden(forms.Form):
    text = forms.CharField(required=False)
    seen = forms.CharField(widget=forms.HiddenInput)


@pytest.mark.parametrize("typed", [{"text": "Mine"}, {"text": "Mine", "seen": ""}])
def test_a_hidden_input_that_was_lost_is_said_in_plain_words_and_without_its_name(typed: dict[str, str]) -> None:
    form = WithHidden(typed)
    page = render("{% load fields %}{% error_summary form %}{{ form }}", form=form)
    assert page.count("This page was incomplete or out of date.") == 2
    assert "Seen" not in page
    assert "required" not in page.replace("required>", "")
    assert 'value="Mine"' in page


def test_the_summary_takes_formsets_too() -> None:
    formset = forms.formset_factory(Proposal, extra=2, min_num=1, validate_min=True)
    bound = formset({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-text": "x"})
    html = render("{% error_summary formset %}", formset=bound)
    assert 'href="#id_form-0-criterion"' in html


ITEM = DeskItem("Accept", HOSTILE, HOSTILE, "/x/", since=MOMENT, due=B, method="post", late=True)
PARTS: dict[str, dict[str, Any]] = {
    "phead": {"title": HOSTILE, "question": HOSTILE, "state": "running", "state_label": HOSTILE, "over": [HOSTILE]},
    "shead": {"title": HOSTILE, "ident": "x", "meta": HOSTILE},
    "checks": {
        "checks": [{"result": r, "label": HOSTILE, "evidence": HOSTILE} for r in ("pass", "care", "fail", "todo")]
    },
    "progress": {"done": 2, "total": 7, "words": HOSTILE},
    "history": {
        "entries": [
            {
                "sentence": "Somebody did it.",
                "at": MOMENT,
                "reason": HOSTILE,
                "tone": "running",
                "changes": [{"label": HOSTILE, "was": HOSTILE, "now": "x"}],
                "url": "/x/",
                "link": HOSTILE,
            }
        ]
    },
    "empty": {"title": HOSTILE, "text": HOSTILE, "url": "/", "action": HOSTILE, "more_url": "/", "more": HOSTILE},
    "stepper": {"steps": [{"label": HOSTILE, "url": "/", "done": True}, {"label": HOSTILE, "current": True}]},
    "pagination": {"page_obj": Paginator(range(100), 10).get_page(3)},
    "filter_chips": {"chips": [{"label": HOSTILE, "value": HOSTILE, "url": "?"}] * 2, "clear_url": "/"},
    "filter_ticks": {"legend": HOSTILE, "name": "state", "choices": [{"value": HOSTILE, "label": HOSTILE, "count": 0}]},
    "tabs": {"tabs": [{"label": HOSTILE, "url": "/", "current": True, "count": 3}], "label": HOSTILE},
    "seg": {"views": [{"label": HOSTILE, "url": "/", "icon": "list", "current": True}], "label": HOSTILE},
    "facts": {"facts": [(HOSTILE, HOSTILE), ("left out", "")]},
    "figures": {"figures": [(HOSTILE, HOSTILE)]},
    "task": {"item": ITEM},
    "note": {"kind": "stop", "title": HOSTILE, "text": HOSTILE},
    "toasts": {"messages": [SimpleNamespace(level_tag="success", extra_tags="undo:/u/", __str__=lambda: HOSTILE)]},
    "demo_bar": {"demo_accounts": [{"address": HOSTILE, "label": HOSTILE}], "user": AnonymousUser()},
}


@pytest.mark.parametrize("name", PARTS)
def test_every_part_renders_without_inline_style_or_script_and_escapes_what_it_is_given(name: str) -> None:
    request = RequestFactory().get("/clusters/", {"q": HOSTILE, "page": "3"})
    html = render_to_string(f"components/{name}.html", PARTS[name], request)
    assert html.strip()
    assert "<script" not in html
    assert " style=" not in html
    assert "{#" not in html
    assert "{%" not in html


def test_paging_keeps_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/clusters/", {"q": "sea", "page": "3"})
    html = render_to_string("components/pagination.html", PARTS["pagination"], request)
    assert "Page 3 of 10" in html
    for page in (1, 2, 4, 10):
        assert f'href="?q=sea&amp;page={page}"' in html


def test_facts_without_a_value_are_left_out() -> None:
    html = render_to_string(
        "components/facts.html", {"facts": [("Runs", "x"), ("Empty", ""), ("None", None), ("Zero", 0)]}
    )
    assert ("Runs" in html, "Empty" in html, "None" in html, "Zero" in html) == (True, False, False, True)


class LanguagesForm(forms.Form):
    few = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=[(n, f"F{n}") for n in range(16)])
    many = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, choices=[(n, f"M{n}") for n in range(17)])


def test_a_long_list_of_choices_has_a_place_of_its_own_where_what_is_ticked_comes_first() -> None:
    form = LanguagesForm(initial={"few": [15], "many": [16, 3]})
    few, many = (render_to_string("components/_options.html", {"field": form[name]}) for name in ("few", "many"))
    assert ("ticks long" in few, "ticks long" in many) == (False, True)
    assert few.index("F0<") < few.index("F15<")
    assert [many.index(label) for label in ("M3<", "M16<", "M0<", "M15<")] == sorted(
        many.index(label) for label in ("M3<", "M16<", "M0<", "M15<")
    )
