"""Addresses of the community's pages."""

from django.urls import URLPattern, path

from community.views.appearance import appearance

app_name = "community"

urlpatterns: list[URLPattern] = [
    path("appearance/", appearance, name="appearance"),
]
