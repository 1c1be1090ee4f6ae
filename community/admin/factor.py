"""The administrators' page that takes lost second factors off an account."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.actions.factor import reset_factors
from community.models import User
from community.permissions import Refusal


class ResetFactorsForm(forms.Form):
    """Why it is done: how the administrator made sure who asks."""

    reason = forms.CharField(
        label=gettext_lazy("How did you make sure that it is this person who asks?"),
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        max_length=500,
    )


class WithFactorReset:
    """Gives the admin of accounts the page, and a line that says which factors there are."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page's address."""
        view = self.admin_site.admin_view(self.reset_factors_view)  # type: ignore[attr-defined]
        own = [path("<int:pk>/reset-factors/", view, name="community_user_reset_factors")]
        return [*own, *super().get_urls()]  # type: ignore[misc]

    @display(description=gettext_lazy("second factor"))
    def second_factor(self, user: User) -> str:
        """Return the factors of an account in words."""
        kinds = Authenticator.objects.filter(user_id=user.pk).order_by("pk").values_list("type", flat=True)
        return ", ".join(str(Authenticator.Type(kind).label) for kind in kinds) or _("none")

    def reset_factors_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the reason, and for the administrator's own password or factor; then do it.

        Raises:
            ReauthenticationRequired: the administrator is asked for password or factor, and comes back.
        """
        admin: Any = self
        user = admin.get_object(request, str(pk))
        if user is None:
            raise Http404
        if not admin.has_change_permission(request, user):
            raise PermissionDenied
        raise_if_reauthentication_required(request, app="allauth.mfa")
        form = ResetFactorsForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and isinstance(request.user, User):
            try:
                reset_factors(user=user, by=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("The second factors are off; the person was told by mail."))
            except Refusal as refusal:
                messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:community_user_change", args=[user.pk]))
        title = _("Reset the second factors of %(who)s") % {"who": user}
        context = {**admin.admin_site.each_context(request), "title": title, "opts": admin.opts, "object": user}
        has_some = Authenticator.objects.filter(user_id=user.pk).exists()
        context |= {"form": form, "has_some": has_some, "factors": self.second_factor(user)}
        return TemplateResponse(request, "admin/community/reset_factors.html", context)
