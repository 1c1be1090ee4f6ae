"""Addresses of the site; each app keeps its own."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from community.views.appearance import of_the_frame
from community.views.factor import FactorsView, RemoveKeyView
from config import health, kept, views

# The admin is entered through the site's own sign-in, with its limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("signed-in/", kept.signed_in, name="signed_in"),
    path("admin/", admin.site.urls),
    path("accounts/2fa/", FactorsView.as_view(), name="mfa_index"),
    path("accounts/2fa/webauthn/keys/<int:pk>/remove/", RemoveKeyView.as_view(), name="mfa_remove_webauthn"),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", login_not_required(of_the_frame(set_language)), name="set_language"),
    path("", include("factsheets.urls")),
    path("", include("results.urls")),
    path("", include("clusters.urls")),
    path("", include("community.urls")),
]
