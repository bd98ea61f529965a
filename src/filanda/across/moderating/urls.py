# SPDX-License-Identifier: EUPL-1.2
"""Reports, decisions and appeals, below the language."""

from django.urls import path

from filanda.across.moderating import views

app_name = "moderation"
urlpatterns = [
    path("report/", views.report, name="report"),
    path("reports/", views.mine, name="mine"),
    path("reports/<int:number>/", views.own_report, name="own-report"),
    path("reports/link/<str:token>/", views.reported, name="reported"),
    path("decisions/<int:number>/", views.decision, name="decision"),
    path("moderation/", views.queue, name="queue"),
    path("moderation/<int:number>/", views.case, name="case"),
    path("moderation/<int:number>/take/", views.take, name="take"),
    path("moderation/<int:number>/show/", views.show_again, name="show-again"),
    path("moderation/appeals/<int:number>/", views.appeal, name="appeal"),
    path("transparency/", views.transparency, name="transparency"),
    path("transparency/figures.csv", views.figures_csv, name="figures"),
]
