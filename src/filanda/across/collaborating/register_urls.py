# SPDX-License-Identifier: EUPL-1.2
"""Pages of the register of collaborations."""

from django.urls import path

from filanda.across.collaborating.views import checking, register, reporting

urlpatterns = [
    path("collaborations/", register.register, name="register"),
    path("collaborations/figures.csv", register.figures_csv, name="figures-csv"),
    path("collaborations/mine/", register.mine, name="mine"),
    path("collaborations/report/", reporting.report, name="report"),
    path("collaborations/<id:number>/", register.collaboration, name="collaboration"),
    path("collaborations/<id:number>/<slug:name>/", register.move, name="move"),
    path("check-ins/<str:token>/", checking.check_in, name="check-in"),
]
