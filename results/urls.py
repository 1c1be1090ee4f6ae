"""Addresses of uptakes. Those under a cluster come before the cluster's own, whose last row takes any verb."""

from django.urls import URLPattern, path

from results.views.chain import ChainDataView, ChainView
from results.views.indicators import IndicatorsView, IndicatorView

app_name = "results"

urlpatterns: list[URLPattern] = [
    path("chain/<slug:kind>/<int:pk>/", ChainView.as_view(), name="chain"),
    path("chain/<slug:kind>/<int:pk>.json", ChainDataView.as_view(), name="chain_data"),
    path("indicators/", IndicatorsView.as_view(), name="indicators"),
    path("indicators/<slug:code>/", IndicatorView.as_view(), name="indicator"),
]
