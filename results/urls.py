"""Addresses of uptakes. Those under a cluster come before the cluster's own, whose last row takes any verb."""

from django.urls import URLPattern, path

from results.views.coverage import coverage

app_name = "results"

urlpatterns: list[URLPattern] = [
    path("coverage/", coverage, name="coverage"),
]
