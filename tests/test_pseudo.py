"""The pseudo-locale finds what did not pass through gettext, and nothing else."""

from __future__ import annotations

import pytest
from django import forms
from django.template import Context, Template, engines
from django.utils import translation

from tests import pseudo


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Approve", "⟦Áppróvé⟧"),
        ("%(name)s and %s", "⟦%(name)s áńd %s⟧"),
        ("{count} stages", "⟦{count} śtágéś⟧"),
        ("Read <a href='/x'>more</a> &amp; on", "⟦Réád <a href='/x'>móré</a> &amp; óń⟧"),
        ("\nTwo\nlines\n", "\n⟦Twó\nlíńéś⟧\n"),
    ],
)
def test_placeholders_and_tags_stay(text: str, expected: str) -> None:
    assert pseudo.wrapped(text) == expected


def test_sources_are_read_by_their_syntax() -> None:
    source = "from x import _\n_('One')\nngettext('%d day', '%d days', n)\npgettext('verb', 'Open')\nother('Not me')\n"
    assert list(pseudo.from_python(source)) == [
        (None, "One", None),
        (None, "%d day", "%d days"),
        ("verb", "Open", None),
    ]


def test_templates_are_read_by_djangos_parser() -> None:
    source = (
        "{% load i18n %}{% if x %}{% translate 'Inside' %}{% endif %}"
        "{% blocktranslate trimmed count n=n %}\n  {{ n }} stage\n{% plural %}\n"
        "  {{ n }} stages\n{% endblocktranslate %}"
        "{{ x|default:_('Nothing') }}"
    )
    found = set(pseudo.from_template(source, engines["django"].engine))
    assert found == {(None, "Nothing", None), (None, "Inside", None), (None, "%(n)s stage", "%(n)s stages")}


def test_djangos_own_words_are_in_the_made_up_language(pseudo_locale: str) -> None:
    class Name(forms.Form):
        name = forms.CharField()

    assert Name({}).errors["name"] == ["⟦Thíś fíéld íś réqúíréd.⟧"]
    assert translation.get_language() == "en-xa"


def test_a_word_without_gettext_is_found(pseudo_locale: str) -> None:
    source = (
        "{% load i18n %}<p title='Hover'>{% translate 'Home' %}</p><p>Bare words</p><p>{{ name }}, 12.5.2026</p>"
        "<input type=submit value='Send'><script>var x = 1</script>"
    )
    html = Template(source).render(Context({"name": "Maria"}))
    assert pseudo.untranslated(html, known={"Maria"}) == ["Hover", "Bare words", "Send"]


def test_a_translated_text_with_tags_inside_counts_as_one() -> None:
    assert pseudo.untranslated("<p>⟦Réád <b>thíś</b> ńów⟧</p>") == []
