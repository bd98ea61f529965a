# SPDX-License-Identifier: EUPL-1.2
"""Pages below a community's address."""

from django.urls import path

from filanda.across.communities.views import health, inviting, letters

app_name = "communities"
urlpatterns = [
    path("health/", health.health, name="health"),
    path("health/figures.csv", health.figures_csv, name="figures-csv"),
    path("health/welcome/<id:membership_id>/", health.welcome, name="welcome"),
    path("health/greet/<id:membership_id>/", health.greet, name="greet"),
    path("health/invite/", inviting.suggestions, name="suggestions"),
    path("health/invite/ask/", inviting.ask, name="ask"),
    path("health/invite/organisation/", inviting.ask_organisation, name="ask-organisation"),
    path("health/invite/aside/", inviting.put_aside, name="put-aside"),
    path("newsletters/", letters.letters, name="letters"),
    path("newsletters/<id:number>/", letters.letter, name="letter"),
    path("newsletters/<id:number>/edit/", letters.edit, name="letter-edit"),
    path("newsletters/<id:number>/send/", letters.send, name="letter-send"),
    path("newsletters/<id:number>/drop/", letters.drop, name="letter-drop"),
]
