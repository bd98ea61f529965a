# SPDX-License-Identifier: EUPL-1.2
"""Reports, decisions and appeals, below the language."""

from django.urls import path

from filanda.across.moderating.views import deciding, figures, reporting

app_name = "moderation"
urlpatterns = [
    path("report/", reporting.report, name="report"),
    path("reports/", reporting.mine, name="mine"),
    path("reports/<id:number>/", reporting.own_report, name="own-report"),
    path("reports/link/<str:token>/", reporting.reported, name="reported"),
    path("decisions/<id:number>/", reporting.decision, name="decision"),
    path("moderation/", deciding.queue, name="queue"),
    path("moderation/<id:number>/", deciding.case, name="case"),
    path("moderation/<id:number>/take/", deciding.take, name="take"),
    path("moderation/<id:number>/show/", deciding.show_again, name="show-again"),
    path("moderation/appeals/<id:number>/", deciding.appeal, name="appeal"),
    path("transparency/", figures.transparency, name="transparency"),
    path("transparency/figures.csv", figures.figures_csv, name="figures"),
]
