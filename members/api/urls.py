from django.urls import path

from members.api.batches import BatchView
from members.api.members import MembersView, MemberView
from members.api.points import PointsView
from members.api.purchases import PreviewView, PurchasesView, PurchaseView
from members.api.returns import ReturnsView
from members.api.transfers import TransfersView

urlpatterns = [
    path("members/", MembersView.as_view(), name="members"),
    path("members/<str:number>/", MemberView.as_view(), name="member"),
    path("members/<str:number>/points/", PointsView.as_view(), name="points"),
    path("members/<str:number>/transfers/", TransfersView.as_view(), name="transfers"),
    path("purchases/", PurchasesView.as_view(), name="purchases"),
    path("purchases/batch/", BatchView.as_view(), name="purchase-batch"),
    path("purchases/preview/", PreviewView.as_view(), name="purchase-preview"),
    path("purchases/<str:store>/<str:external_id>/", PurchaseView.as_view(), name="purchase"),
    path("purchases/<str:store>/<str:external_id>/returns/", ReturnsView.as_view(), name="returns"),
]
