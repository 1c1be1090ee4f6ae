"""Addresses of the community's pages."""

from django.urls import URLPattern, path

from community.views import pages
from community.views.appearance import appearance

app_name = "community"

urlpatterns: list[URLPattern] = [
    path("about/", pages.about, name="about"),
    path("help/", pages.help_page, name="help"),
    path("accessibility/", pages.accessibility, name="accessibility"),
    path("privacy/", pages.privacy, name="privacy"),
    path("appearance/", appearance, name="appearance"),
]
