"""Addresses of uptakes. Those under a cluster come before the cluster's own, whose last row takes any verb."""

from django.urls import URLPattern, path

from results.views.indicators import IndicatorsView, IndicatorView

app_name = "results"

urlpatterns: list[URLPattern] = [
    path("indicators/", IndicatorsView.as_view(), name="indicators"),
    path("indicators/<slug:code>/", IndicatorView.as_view(), name="indicator"),
]
