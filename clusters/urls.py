"""Addresses of the work. `<reference>` is `M4N-CL-2026-07`, or `draft-<letters>` before the first submit."""

from django.urls import URLPattern, path

from clusters.views import (
    amendment,
    cluster,
    condition,
    day,
    follow_up,
    history,
    invitation,
    lifecycle,
    meeting,
    merge,
    outcome,
    participation,
    reminders,
    review,
    roadmap,
    room,
    room_file,
)
from clusters.views.assignment import AssignView
from clusters.views.dates import dates_calendar
from clusters.views.draft_share import DraftShareView
from clusters.views.evidence import FileRemoveView, FileView, OutcomeEvidenceView, StageEvidenceView
from clusters.views.overview import OverviewView
from clusters.views.panel import (
    PanelAnswerView,
    PanelAskAboutView,
    PanelAskView,
    PanelCreditView,
    PanelDetailView,
    PanelListView,
    PanelPeopleView,
    PanelPlaceView,
    PanelRewordView,
    PanelSayView,
)
from clusters.views.panel_verb import PanelVerbView
from clusters.views.participation_access import AccessView
from clusters.views.places import PlacesView
from clusters.views.prepared import PreparedAnnounceView, PreparedTakeBackView, PreparedView
from clusters.views.proposal import ProposalCreateView, ProposalUpdateView
from clusters.views.proposal_comment import CommentsUntilView, CommentsView, CommentTakeBackView
from clusters.views.register import NamesView, RegisterView
from clusters.views.roadmap_confirm import RoadmapConfirmView, StageConfirmView
from clusters.views.roadmap_order import StageMoveView
from clusters.views.roadmap_shift import StageShiftView
from clusters.views.room_message import MessageView
from clusters.views.several import (
    PreviewView,
    ReviewPreviewView,
    ReviewSeveralBackView,
    ReviewSeveralView,
    SeveralBackView,
    SeveralView,
)
from clusters.views.translation import TranslationsView, TranslationView

app_name = "clusters"

urlpatterns: list[URLPattern] = [
    path("reminders/", reminders.reminders, name="reminders"),
    path("desk/dates.ics", dates_calendar, name="dates_calendar"),
    path("desk/several/", SeveralView.as_view(), name="several"),
    path("desk/several/preview/", PreviewView.as_view(), name="several_preview"),
    path("desk/several/take-back/", SeveralBackView.as_view(), name="several_back"),
    path("review/", review.ReviewDeskView.as_view(), name="review"),
    path("review/clusters/", OverviewView.as_view(), name="overview"),
    path("review/several/", ReviewSeveralView.as_view(), name="review_several"),
    path("review/several/preview/", ReviewPreviewView.as_view(), name="review_several_preview"),
    path("review/several/take-back/", ReviewSeveralBackView.as_view(), name="review_several_back"),
    path("review/<str:reference>/", review.ReviewView.as_view(), name="review_case"),
    path("review/<str:reference>/assign/", AssignView.as_view(), name="review_assign"),
    path("clusters/", RegisterView.as_view(), name="list"),
    path("clusters/names/<slug:what>/", NamesView.as_view(), name="names"),
    path("clusters/propose/", ProposalCreateView.as_view(), name="create"),
    path("clusters/<str:reference>/edit/", ProposalUpdateView.as_view(), name="update"),
    path("clusters/<str:reference>/edit/<int:step>/", ProposalUpdateView.as_view(), name="update_step"),
    path("clusters/<str:reference>/edit/readers/", DraftShareView.as_view(), name="draft_readers"),
    path("clusters/<str:reference>/", cluster.ClusterDetailView.as_view(), name="detail"),
    path("clusters/<str:reference>/day/", day.DayView.as_view(), name="day"),
    path("clusters/<str:reference>/history/", history.ClusterHistoryView.as_view(), name="history"),
    path("clusters/<str:reference>/roadmap/", roadmap.RoadmapView.as_view(), name="roadmap"),
    path("clusters/<str:reference>/roadmap/add/", roadmap.StageCreateView.as_view(), name="stage_create"),
    path("clusters/<str:reference>/roadmap/shift/", StageShiftView.as_view(), name="stage_shift"),
    path("clusters/<str:reference>/roadmap/still-true/", RoadmapConfirmView.as_view(), name="roadmap_confirm"),
    path("clusters/<str:reference>/roadmap/<int:pk>/", roadmap.StageDetailView.as_view(), name="stage_detail"),
    path("clusters/<str:reference>/roadmap/<int:pk>/edit/", roadmap.StageUpdateView.as_view(), name="stage_update"),
    path("clusters/<str:reference>/roadmap/<int:pk>/note/", roadmap.StageNoteView.as_view(), name="stage_note"),
    path("clusters/<str:reference>/roadmap/<int:pk>/move/", StageMoveView.as_view(), name="stage_move"),
    path("clusters/<str:reference>/roadmap/<int:pk>/start/", roadmap.StageStartView.as_view(), name="stage_start"),
    path("clusters/<str:reference>/roadmap/<int:pk>/still-true/", StageConfirmView.as_view(), name="stage_confirm"),
    path(
        "clusters/<str:reference>/roadmap/<int:pk>/complete/",
        roadmap.StageCompleteView.as_view(),
        name="stage_complete",
    ),
    path("clusters/<str:reference>/roadmap/<int:pk>/drop/", roadmap.StageDropView.as_view(), name="stage_drop"),
    path("clusters/<str:reference>/roadmap/<int:pk>/reopen/", roadmap.StageReopenView.as_view(), name="stage_reopen"),
    path("clusters/<str:reference>/roadmap/<int:pk>/files/", StageEvidenceView.as_view(), name="stage_evidence"),
    path("clusters/<str:reference>/files/<int:pk>/", FileView.as_view(), name="file"),
    path("clusters/<str:reference>/files/<int:pk>/remove/", FileRemoveView.as_view(), name="file_remove"),
    path("clusters/<str:reference>/outcomes/", outcome.OutcomesView.as_view(), name="outcomes"),
    path("clusters/<str:reference>/outcomes/add/", outcome.OutcomeCreateView.as_view(), name="outcome_create"),
    path("clusters/<str:reference>/outcomes/<int:pk>/", outcome.OutcomeDetailView.as_view(), name="outcome_detail"),
    path("clusters/<str:reference>/outcomes/<int:pk>/files/", OutcomeEvidenceView.as_view(), name="outcome_evidence"),
    path(
        "clusters/<str:reference>/outcomes/<int:pk>/edit/", outcome.OutcomeUpdateView.as_view(), name="outcome_update"
    ),
    path(
        "clusters/<str:reference>/outcomes/<int:pk>/remove/", outcome.OutcomeRemoveView.as_view(), name="outcome_remove"
    ),
    path(
        "clusters/<str:reference>/outcomes/objectives/<int:pk>/",
        outcome.ObjectiveDetailView.as_view(),
        name="objective_detail",
    ),
    path(
        "clusters/<str:reference>/outcomes/objectives/<int:pk>/measure/",
        outcome.ObjectiveUpdateView.as_view(),
        name="objective_update",
    ),
    path("clusters/<str:reference>/follow-ups/<int:pk>/", follow_up.FollowUpView.as_view(), name="follow_up"),
    path("follow-up/<str:token>/", follow_up.FollowUpLinkView.as_view(), name="follow_up_link"),
    path("clusters/<str:reference>/people/", participation.PeopleView.as_view(), name="people"),
    path("clusters/<str:reference>/people/join/", participation.EnterView.as_view(), name="participation_enter"),
    path("clusters/<str:reference>/people/invite/", participation.InviteView.as_view(), name="participation_invite"),
    path(
        "clusters/<str:reference>/people/invite/addresses/",
        invitation.AddressesView.as_view(),
        name="invitation_addresses",
    ),
    path("clusters/<str:reference>/people/invitations/", invitation.InvitationsView.as_view(), name="invitations"),
    path(
        "clusters/<str:reference>/people/invitations/<int:pk>/remind/",
        invitation.InvitationRemindView.as_view(),
        name="invitation_remind",
    ),
    path(
        "clusters/<str:reference>/people/invitations/<int:pk>/end/",
        invitation.InvitationEndView.as_view(),
        name="invitation_end",
    ),
    path(
        "clusters/<str:reference>/people/<int:pk>/remind/",
        invitation.MemberRemindView.as_view(),
        name="participation_remind",
    ),
    path("clusters/<str:reference>/people/places/", PlacesView.as_view(), name="participation_places"),
    path("clusters/<str:reference>/people/want/", participation.WantView.as_view(), name="participation_want"),
    path(
        "clusters/<str:reference>/people/<int:pk>/answer/",
        participation.RequestAnswerView.as_view(),
        name="participation_answer",
    ),
    path(
        "clusters/<str:reference>/people/<int:pk>/invitation/",
        participation.InvitationAnswerView.as_view(),
        name="participation_invitation",
    ),
    path(
        "clusters/<str:reference>/people/<int:pk>/leave/", participation.LeaveView.as_view(), name="participation_leave"
    ),
    path("clusters/<str:reference>/people/<int:pk>/end/", participation.EndView.as_view(), name="participation_end"),
    path("clusters/<str:reference>/people/<int:pk>/role/", participation.RoleView.as_view(), name="participation_role"),
    path(
        "clusters/<str:reference>/people/<int:pk>/forget/",
        participation.ForgetView.as_view(),
        name="participation_forget",
    ),
    path(
        "clusters/<str:reference>/conditions/<int:pk>/met/", condition.ConditionMetView.as_view(), name="condition_met"
    ),
    path(
        "clusters/<str:reference>/conditions/<int:pk>/confirm/",
        condition.ConditionConfirmView.as_view(),
        name="condition_confirm",
    ),
    path(
        "clusters/<str:reference>/conditions/<int:pk>/waive/",
        condition.ConditionWaiveView.as_view(),
        name="condition_waive",
    ),
    path("clusters/<str:reference>/amendments/", amendment.AmendmentsView.as_view(), name="amendments"),
    path(
        "clusters/<str:reference>/amendments/suggest/", amendment.AmendmentCreateView.as_view(), name="amendment_create"
    ),
    path(
        "clusters/<str:reference>/amendments/hand-over/", amendment.HandOverView.as_view(), name="amendment_hand_over"
    ),
    path(
        "clusters/<str:reference>/amendments/<int:number>/", amendment.AmendmentDetailView.as_view(), name="amendment"
    ),
    path(
        "clusters/<str:reference>/amendments/<int:number>/decide/",
        amendment.AmendmentDecideView.as_view(),
        name="amendment_decide",
    ),
    path(
        "clusters/<str:reference>/amendments/<int:number>/comment/",
        amendment.AmendmentCommentView.as_view(),
        name="amendment_comment",
    ),
    path(
        "clusters/<str:reference>/amendments/<int:number>/renew/",
        amendment.AmendmentRenewView.as_view(),
        name="amendment_renew",
    ),
    path(
        "clusters/<str:reference>/amendments/<int:number>/<slug:verb>/",
        amendment.AmendmentVerbView.as_view(),
        name="amendment_verb",
    ),
    path("clusters/<str:reference>/people/<int:pk>/access/", AccessView.as_view(), name="participation_access"),
    path("clusters/<str:reference>/room/", room.RoomView.as_view(), name="room"),
    path("clusters/<str:reference>/room/message/", MessageView.as_view(), name="room_message"),
    path("clusters/<str:reference>/room/threads/add/", room.ThreadCreateView.as_view(), name="room_thread_create"),
    path("clusters/<str:reference>/room/threads/<int:pk>/", room.ThreadView.as_view(), name="room_thread"),
    path(
        "clusters/<str:reference>/room/comments/<int:pk>/edit/",
        room.CommentChangeView.as_view(),
        name="room_comment_edit",
    ),
    path(
        "clusters/<str:reference>/room/comments/<int:pk>/withdraw/",
        room.CommentWithdrawView.as_view(),
        name="room_comment_withdraw",
    ),
    path(
        "clusters/<str:reference>/room/comments/<int:pk>/hide/",
        room.CommentHideView.as_view(),
        name="room_comment_hide",
    ),
    path(
        "clusters/<str:reference>/room/comments/<int:pk>/show/",
        room.CommentShowView.as_view(),
        name="room_comment_show",
    ),
    path("clusters/<str:reference>/room/files/add/", room_file.RoomFileCreateView.as_view(), name="room_file_create"),
    path("clusters/<str:reference>/room/files/<int:pk>/", room_file.RoomFileView.as_view(), name="room_file"),
    path(
        "clusters/<str:reference>/room/files/<int:pk>/edit/",
        room_file.RoomFileChangeView.as_view(),
        name="room_file_edit",
    ),
    path(
        "clusters/<str:reference>/room/files/<int:pk>/remove/",
        room_file.RoomFileRemoveView.as_view(),
        name="room_file_remove",
    ),
    path(
        "clusters/<str:reference>/room/meetings/add/", meeting.MeetingCreateView.as_view(), name="room_meeting_create"
    ),
    path("clusters/<str:reference>/room/meetings/<int:pk>/", meeting.MeetingView.as_view(), name="room_meeting"),
    path(
        "clusters/<str:reference>/room/meetings/<int:pk>/answer/",
        meeting.MeetingAnswerView.as_view(),
        name="room_meeting_answer",
    ),
    path(
        "clusters/<str:reference>/room/meetings/<int:pk>/meeting.ics",
        meeting.MeetingCalendarView.as_view(),
        name="room_meeting_calendar",
    ),
    path(
        "clusters/<str:reference>/room/meetings/<int:pk>/edit/",
        meeting.MeetingChangeView.as_view(),
        name="room_meeting_edit",
    ),
    path(
        "clusters/<str:reference>/room/meetings/<int:pk>/cancel/",
        meeting.MeetingCancelView.as_view(),
        name="room_meeting_cancel",
    ),
    path(
        "clusters/<str:reference>/room/meetings/<int:pk>/minutes/",
        meeting.MinutesView.as_view(),
        name="room_meeting_minutes",
    ),
    path(
        "clusters/<str:reference>/room/meetings/<int:pk>/decide/",
        meeting.DecisionView.as_view(),
        name="room_meeting_decide",
    ),
    path(
        "clusters/<str:reference>/room/decisions/<int:pk>/take-back/",
        meeting.DecisionBackView.as_view(),
        name="room_meeting_decision_back",
    ),
    path("clusters/<str:reference>/merge/", merge.MergeView.as_view(), name="merge"),
    path("clusters/<str:reference>/merge/agree/", merge.MergeAgreeView.as_view(), name="merge_agree"),
    path("clusters/<str:reference>/merge/refuse/", merge.MergeRefuseView.as_view(), name="merge_refuse"),
    path("clusters/<str:reference>/merge/withdraw/", merge.MergeWithdrawView.as_view(), name="merge_withdraw"),
    path("clusters/<str:reference>/comments/", CommentsView.as_view(), name="comments"),
    path("clusters/<str:reference>/comments/until/", CommentsUntilView.as_view(), name="comments_until"),
    path("clusters/<str:reference>/comments/<int:pk>/take-back/", CommentTakeBackView.as_view(), name="comment_back"),
    path("clusters/<str:reference>/prepared/", PreparedView.as_view(), name="prepared"),
    path("clusters/<str:reference>/prepared/announce/", PreparedAnnounceView.as_view(), name="prepared_announce"),
    path("clusters/<str:reference>/prepared/take-back/", PreparedTakeBackView.as_view(), name="prepared_take_back"),
    path("clusters/<str:reference>/panel/", PanelAskView.as_view(), name="panel_ask"),
    path("needs/<int:pk>/panel/", PanelAskAboutView.as_view(), name="panel_ask_about"),
    path("panel/", PanelListView.as_view(), name="panels"),
    path("panel/<int:pk>/", PanelDetailView.as_view(), name="panel"),
    path("panel/<int:pk>/people/", PanelPeopleView.as_view(), name="panel_people"),
    path("panel/<int:pk>/people/<int:place>/<slug:verb>/", PanelPlaceView.as_view(), name="panel_place"),
    path("panel/<int:pk>/reword/", PanelRewordView.as_view(), name="panel_reword"),
    path("panel/<int:pk>/accept/", PanelSayView.as_view(), name="panel_accept"),
    path("panel/<int:pk>/decline/", PanelSayView.as_view(verb="panel.declined"), name="panel_decline"),
    path("panel/<int:pk>/answer/", PanelAnswerView.as_view(), name="panel_answer"),
    path("panel/<int:pk>/credit/", PanelCreditView.as_view(), name="panel_credit"),
    path("panel/<int:pk>/<slug:verb>/", PanelVerbView.as_view(), name="panel_verb"),
    path("clusters/<str:reference>/translations/", TranslationsView.as_view(), name="translations"),
    path("clusters/<str:reference>/translations/<slug:language>/", TranslationView.as_view(), name="translation"),
    # Every other name under a cluster is a verb of its life: this row stays the last.
    path("clusters/<str:reference>/<slug:verb>/", lifecycle.TransitionView.as_view(), name="transition"),
]
