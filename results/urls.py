"""Addresses of results. Those under a cluster come before the cluster's own, whose last row takes any verb."""

from django.urls import URLPattern, path

from results.views import (
    answerer,
    confirm_link,
    confirmation,
    evidence,
    policy,
    policy_evidence,
    policy_line,
    review,
    review_verb,
    step,
    uptake,
)
from results.views.chain import ChainDataView, ChainView
from results.views.coverage import coverage
from results.views.dashboard import dashboard
from results.views.indicators import IndicatorsView, IndicatorView
from results.views.matches import IdleView, MatchesView
from results.views.uptake_list import UptakeListView

app_name = "results"

urlpatterns: list[URLPattern] = [
    path("dashboard/", dashboard, name="dashboard"),
    path("coverage/", coverage, name="coverage"),
    path("coverage/matches/", MatchesView.as_view(), name="matches"),
    path("coverage/matches/idle/", IdleView.as_view(), name="idle"),
    path("policy/", policy.StatementsView.as_view(), name="statements"),
    path("policy/new/", policy.StatementCreateView.as_view(), name="statement_create"),
    path("policy/evidence/", policy_evidence.EvidenceListsView.as_view(), name="statement_evidence"),
    path(
        "policy/evidence/<slug:kind>/<int:pk>/",
        policy_evidence.EvidencePlaceView.as_view(),
        name="evidence_place",
    ),
    path("policy/<int:pk>/", policy.StatementDetailView.as_view(), name="statement"),
    path("policy/<int:pk>/edit/", policy.StatementUpdateView.as_view(), name="statement_update"),
    path("policy/<int:pk>/discard/", policy.StatementDiscardView.as_view(), name="statement_discard"),
    path("policy/<int:pk>/lines/add/", policy_line.LineCreateView.as_view(), name="line_create"),
    path("policy/<int:pk>/lines/<int:line>/edit/", policy_line.LineUpdateView.as_view(), name="line_update"),
    path("policy/<int:pk>/lines/<int:line>/move/", policy_line.LineMoveView.as_view(), name="line_move"),
    path("policy/<int:pk>/lines/<int:line>/remove/", policy_line.LineRemoveView.as_view(), name="line_remove"),
    path("policy/<int:pk>/lines/<int:line>/evidence/", policy_line.LineEvidenceView.as_view(), name="line_evidence"),
    path(
        "policy/<int:pk>/lines/<int:line>/evidence/<int:piece>/edit/",
        policy_line.EvidenceUpdateView.as_view(),
        name="evidence_update",
    ),
    path(
        "policy/<int:pk>/lines/<int:line>/evidence/<int:piece>/remove/",
        policy_line.EvidenceRemoveView.as_view(),
        name="evidence_remove",
    ),
    path("policy/<int:pk>/comments/", policy_line.StatementCommentView.as_view(), name="statement_comments"),
    path(
        "policy/<int:pk>/comments/<int:comment>/take-back/",
        policy_line.StatementCommentBackView.as_view(),
        name="statement_comment_back",
    ),
    path("policy/<int:pk>/<slug:verb>/", policy.StatementVerbView.as_view(), name="statement_verb"),
    path("clusters/<str:reference>/uptakes/", uptake.UptakesView.as_view(), name="uptakes"),
    path("clusters/<str:reference>/uptakes/add/", uptake.UptakeCreateView.as_view(), name="uptake_create"),
    path("uptakes/", UptakeListView.as_view(), name="uptake_list"),
    path("uptakes/<int:pk>/", uptake.UptakeDetailView.as_view(), name="uptake"),
    path("uptakes/<int:pk>/edit/", uptake.UptakeUpdateView.as_view(), name="uptake_update"),
    path("uptakes/<int:pk>/remove/", uptake.UptakeRemoveView.as_view(), name="uptake_remove"),
    path("uptakes/<int:pk>/files/", evidence.UptakeFilesView.as_view(), name="uptake_files"),
    path("uptakes/<int:pk>/files/<int:file>/", evidence.UptakeFileView.as_view(), name="uptake_file"),
    path(
        "uptakes/<int:pk>/files/<int:file>/remove/",
        evidence.UptakeFileRemoveView.as_view(),
        name="uptake_file_remove",
    ),
    path("uptakes/<int:pk>/ask/", confirmation.AskView.as_view(), name="uptake_ask"),
    path(
        "uptakes/<int:pk>/questions/<int:question>/remind/",
        confirmation.QuestionRemindView.as_view(),
        name="question_remind",
    ),
    path(
        "uptakes/<int:pk>/questions/<int:question>/take-back/",
        confirmation.QuestionTakeBackView.as_view(),
        name="question_take_back",
    ),
    path(
        "uptakes/<int:pk>/questions/<int:question>/settle/",
        confirmation.CorrectionSettleView.as_view(),
        name="correction_settle",
    ),
    path(
        "uptakes/<int:pk>/questions/<int:question>/person/",
        answerer.AnswererView.as_view(),
        name="answerer",
    ),
    path("uptakes/<int:pk>/<slug:verb>/", step.UptakeStepView.as_view(), name="uptake_step"),
    path("clusters/<str:reference>/reviews/", review.ReviewsView.as_view(), name="reviews"),
    path("clusters/<str:reference>/reviews/add/", review.ReviewCreateView.as_view(), name="review_create"),
    path("reviews/<int:pk>/", review.ReviewDetailView.as_view(), name="review"),
    path("reviews/<int:pk>/edit/", review.ReviewUpdateView.as_view(), name="review_update"),
    path("reviews/<int:pk>/discard/", review.ReviewDiscardView.as_view(), name="review_discard"),
    path("reviews/<int:pk>/answer/", review_verb.ReviewAnswerView.as_view(), name="review_answer"),
    path("reviews/<int:pk>/<slug:verb>/", review_verb.ReviewVerbView.as_view(), name="review_verb"),
    path("confirm/<str:token>/", confirm_link.ConfirmView.as_view(), name="confirm"),
    path("chain/<slug:kind>/<int:pk>/", ChainView.as_view(), name="chain"),
    path("chain/<slug:kind>/<int:pk>.json", ChainDataView.as_view(), name="chain_data"),
    path("indicators/", IndicatorsView.as_view(), name="indicators"),
    path("indicators/<slug:code>/", IndicatorView.as_view(), name="indicator"),
]
