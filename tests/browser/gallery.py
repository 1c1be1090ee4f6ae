"""Addresses of the site and, for tests only, one page that shows every part in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace as Thing
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from clusters.choices import State
from clusters.pictures import DrawnCluster, DrawnStage, legend, mini, portfolio, roadmap
from config.urls import urlpatterns as site

AT = datetime(2026, 5, 4, 7, 12, tzinfo=UTC)
ON = date(2026, 5, 12)

PAGE = (Path(__file__).parent / "gallery.html").read_text()


class Proposal(forms.Form):
    """One field of each kind."""

    text = forms.CharField(label="What you want to reach", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    criterion = forms.CharField(label="Reached when", help_text="A number, a document or a decision is enough.")
    day = forms.DateField(label="Planned from", required=False)
    role = forms.ChoiceField(label="Responsible", choices=[("a", "Eleni Markou"), ("b", "Luca Ferrando")])
    kinds = forms.MultipleChoiceField(
        label="Expected outcomes",
        choices=[("t", "Transference"), ("n", "Networking"), ("é", "Adoption, réussie")],
        widget=forms.CheckboxSelectMultiple,
    )
    joining = forms.ChoiceField(label="Joining", choices=[("o", "Open"), ("i", "Invited")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="EU institutions may use it", help_text="Annex IX asks for it.")
    file = forms.FileField(label="File", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kinds"].option_hints = {"t": "A solution passes from one organisation to another."}  # type: ignore[attr-defined]
        self.fields["kinds"].two_columns = True  # type: ignore[attr-defined]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(
            Fieldset("Objective 1", "text", "criterion", css_class="panel"),
            "day",
            "role",
            "kinds",
            "joining",
            "agreed",
            "file",
        )


def _context(form: Proposal) -> dict[str, Any]:
    day = date.fromisoformat
    stages = [
        DrawnStage("Kick-off", "done", *[day("2025-07-02")] * 6),
        DrawnStage(
            "Try-outs",
            "running",
            day("2026-02-02"),
            day("2026-05-03"),
            day("2026-02-09"),
            None,
            day("2026-02-02"),
            day("2026-04-24"),
        ),
        DrawnStage("Workshop", "planned", day("2026-06-10"), day("2026-06-10")),
        DrawnStage("Dropped", "dropped", day("2026-06-10"), day("2026-07-10")),
        DrawnStage("Sometime", "planned"),
    ]
    clusters = [DrawnCluster(str(state.label), state, day("2025-07-02"), day("2026-09-02"), "/c/") for state in State]
    return {
        "form": form,
        "states": list(State),
        "marks": ["done", "late", "running", "planned", "dropped", "documented", "declared", "waiting", "yes", "no"],
        "over": ["M4N-CL-2026-07", "WG2"],
        "no": Thing(allowed=False, reason="Joining closed on 31 May. The lead can still invite you.", obstacles=()),
        "checks": [
            Thing(result=result, label="It has an end", evidence="26 February")
            for result in ("pass", "care", "fail", "todo")
        ],
        "facts": [("Runs", "2 Jul 2025 – 31 Jul 2026"), ("Led by", "ANATOLIKI S.A. (EL)")],
        "entries": [
            Thing(
                icon="edit",
                tone="returned",
                sentence="The lead asked for a later end.",
                reason="Easter.",
                at=AT,
                changes=[Thing(label="End", was="17 July 2026", now="31 July 2026")],
            ),
            Thing(icon="approved", tone="approved", sentence="The coordinator approved it.", at=AT),
        ],
        "steps": [
            Thing(label="Question", url="/", done=True),
            Thing(label="Objectives", current=True),
            Thing(label="Check and submit"),
        ],
        "tabs": [Thing(label="Summary", url="/", current=True), Thing(label="People", url="/", count=8)],
        "views": [
            Thing(label="List", url="/", icon="list", current=True),
            Thing(label="Timeline", url="/", icon="timeline"),
        ],
        "figures": [("2", "transferences"), ("0 of 1", "uptakes documented")],
        "chips": [Thing(label="State", value="Running", url="?"), Thing(label="Working group", value="WG2", url="?")],
        "choices": [
            Thing(value="running", label="Running", count=3, checked=True),
            Thing(value="paused", label="Paused", count=0),
        ],
        "items": [
            Thing(
                title="Say how stage 4 stands",
                why="You are its lead",
                url="/",
                verb="Update stage 4",
                since=AT,
                due=ON,
                late=True,
            ),
            Thing(title="Ulcinj asks to join", why="“The same wall.”", url="/", verb="Accept", since=AT, method="post"),
        ],
        "page_obj": Paginator(range(100), 10).get_page(3),
        "road_wide": roadmap(stages, ident="rw", on=ON, title="Roadmap"),
        "road_narrow": roadmap(stages, ident="rn", on=ON, title="Roadmap", wide=False),
        "legend": legend(),
        "folio_wide": portfolio(clusters, ident="pw", on=ON),
        "folio_narrow": portfolio(clusters, ident="pn", on=ON, wide=False),
        "mini": mini("running", day("2025-07-02"), day("2026-09-02"), ON),
    }


def _drawn(request: HttpRequest, source: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(source).render(context, request), status=status)


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every part; `?bad` with errors, `?told` with messages."""
    if "told" in request.GET:
        messages.success(request, "Stage 3 marked done.", extra_tags="undo:/gallery/")
        messages.error(request, "The lead’s partnership ended on 31 March 2026. Name another lead, then approve.")
    form = Proposal({"text": "x" * 40} if "bad" in request.GET else None)
    return _drawn(request, PAGE, _context(form))


@login_not_required
def form_part(request: HttpRequest) -> HttpResponse:
    """Answer a form sent by htmx: 422 with the form and its errors."""
    source = PAGE.split('id="g10">Form</h2></div>')[1].split("</form>")[0] + "</form>"
    loads = "{% load fields crispy_forms_tags %}"
    return _drawn(request, loads + source, {"form": Proposal(request.POST)}, status=422)


@login_not_required
def part(request: HttpRequest) -> HttpResponse:
    """Answer with a part of a page that says what is read out."""
    return HttpResponse(
        '<div data-announce="Stage 4 is open."><h3>Stage 4</h3><label>Name <input data-focus name="n"></label></div>'
    )


@csrf_exempt
@login_not_required
def forbidden(request: HttpRequest) -> HttpResponse:
    """Refuse with a reason."""
    raise PermissionDenied("Stages 4 and 5 are neither done nor dropped.")


urlpatterns = [
    path("gallery/", gallery),
    path("gallery/form/", form_part),
    path("gallery/part/", part),
    path("gallery/forbidden/", forbidden),
    *site,
]
