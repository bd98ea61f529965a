# SPDX-License-Identifier: EUPL-1.2
"""Reports, decisions and appeals, below the language."""

from django.urls import path

from filanda.across.moderating import views

app_name = "moderation"
urlpatterns = [
    path("report/", views.report, name="report"),
    path("reports/", views.mine, name="mine"),
    path("reports/<id:number>/", views.own_report, name="own-report"),
    path("reports/link/<str:token>/", views.reported, name="reported"),
    path("decisions/<id:number>/", views.decision, name="decision"),
    path("moderation/", views.queue, name="queue"),
    path("moderation/<id:number>/", views.case, name="case"),
    path("moderation/<id:number>/take/", views.take, name="take"),
    path("moderation/<id:number>/show/", views.show_again, name="show-again"),
    path("moderation/appeals/<id:number>/", views.appeal, name="appeal"),
    path("transparency/", views.transparency, name="transparency"),
    path("transparency/figures.csv", views.figures_csv, name="figures"),
]
