# SPDX-License-Identifier: EUPL-1.2
"""The signed-in home and the administration's pages, below the language."""

from django.urls import path

from filanda.across.administration.views import feedback, home, jobs, journal, legal, region, roles

app_name = "administration"
urlpatterns = [
    path("home/", home.home, name="home"),
    path("administration/roles/", roles.roles, name="roles"),
    path("administration/roles/give/", roles.give, name="role-give"),
    path("administration/roles/<id:grant_id>/end/", roles.end_one, name="role-end"),
    path("administration/region/", region.region, name="region"),
    path("administration/region/providers/", region.providers, name="providers"),
    path("administration/region/providers/new/", region.provider, name="provider-new"),
    path("administration/region/providers/<id:number>/", region.provider, name="provider"),
    path("administration/region/providers/<id:number>/remove/", region.remove_provider, name="provider-remove"),
    path("administration/region/<slug:name>/", region.part, name="region-part"),
    path("administration/legal/", legal.legal, name="legal"),
    path("administration/legal/<slug:kind>/", legal.text, name="legal-text"),
    path("administration/journal/", journal.journal, name="journal"),
    path("administration/journal/verify/", journal.verify, name="journal-verify"),
    path("administration/feedback/", feedback.feedback, name="feedback"),
    path("administration/feedback/<id:feedback_id>/", feedback.handle, name="feedback-handle"),
    path("operators/jobs/", jobs.jobs, name="jobs"),
]
