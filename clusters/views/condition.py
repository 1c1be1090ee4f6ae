"""The pages on which a condition of an approval is called met, confirmed or waived."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views import View

from clusters.actions import condition as actions
from clusters.forms.condition import ConfirmForm, MetForm, WaiveForm
from clusters.models import Cluster, Condition
from clusters.views.cluster import frame, load
from clusters.views.parts import INVALID, ask, part_of, status_of
from community.permissions import Refusal, Verdict

if TYPE_CHECKING:
    from clusters.views.proposal_page import SignedInRequest


class ConditionView(View):
    """Base: GET asks, POST acts and leads back to the cluster."""

    form_class: type[forms.Form]
    may: Callable[[Any, Cluster], Verdict]
    action: Callable[..., Condition]
    heading: Any
    button: Any
    done: Any
    kind = "primary"

    def get(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Show the condition and the form."""
        cluster, condition = self._load(request, reference, pk)
        return self._page(request, cluster, condition, self.form_class(), status=200)

    def post(self, request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
        """Write; a refusal keeps what was typed."""
        cluster, condition = self._load(request, reference, pk)
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self._page(request, cluster, condition, form, status=INVALID)
        try:
            type(self).action(condition=condition, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            return self._page(request, cluster, condition, form, status=status_of(refusal, form))
        messages.success(request, str(self.done))
        return redirect(cluster.get_absolute_url())

    def _load(self, request: SignedInRequest, reference: str, pk: int) -> tuple[Cluster, Condition]:
        """Return cluster and condition for somebody who may do this."""
        cluster = load(request, reference)
        condition = part_of(cluster.conditions, pk)
        ask(type(self).may(request.user, cluster))
        return cluster, condition

    def _page(
        self, request: SignedInRequest, cluster: Cluster, condition: Condition, form: forms.Form, *, status: int
    ) -> HttpResponse:
        context = {
            **frame(request, cluster, "summary"),
            "condition": condition,
            "form": form,
            "heading": self.heading,
            "button": self.button,
            "button_kind": self.kind,
        }
        return render(request, "clusters/condition/form.html", context, status=status)


class ConditionMetView(ConditionView):
    """`/clusters/<reference>/conditions/<pk>/met/`."""

    form_class = MetForm
    may = staticmethod(actions.can_meet)
    action = staticmethod(actions.meet_condition)
    heading = _("Is this condition met?")
    button = _("Say that it is met")
    done = _("Noted as met. A coordinator confirms it.")


class ConditionConfirmView(ConditionView):
    """`/clusters/<reference>/conditions/<pk>/confirm/`."""

    form_class = ConfirmForm
    may = staticmethod(actions.can_settle)
    action = staticmethod(actions.confirm_condition)
    heading = _("Confirm that this condition is met")
    button = _("Confirm that it is met")
    done = _("Confirmed. The lead is told.")


class ConditionWaiveView(ConditionView):
    """`/clusters/<reference>/conditions/<pk>/waive/`."""

    form_class = WaiveForm
    may = staticmethod(actions.can_settle)
    action = staticmethod(actions.waive_condition)
    heading = _("Waive this condition")
    button = _("Waive this condition")
    done = _("Waived. The lead is told why.")
    kind = "final"
