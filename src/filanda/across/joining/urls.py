# SPDX-License-Identifier: EUPL-1.2
"""Pages of joining, below the language and join/."""

from __future__ import annotations

from django.urls import path

from filanda.across.joining.views import invitations, organisation, you

app_name = "joining"
urlpatterns = [
    path("", you.start, name="start"),
    path("you/", you.you, name="you"),
    path("you/draft/", you.draft, name="draft"),
    path("you/topics/", you.topics, name="topics"),
    path("organisation/", organisation.organisation, name="organisation"),
    path("done/", organisation.done, name="done"),
    path("invitations/", invitations.invitations, name="invitations"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
]
