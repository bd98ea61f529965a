# SPDX-License-Identifier: EUPL-1.2
"""Pages of proposals, below the language."""

from filanda.components.proposals.urls import answering, reading, writing

app_name = "proposals"
urlpatterns = [*writing.urlpatterns, *answering.urlpatterns, *reading.urlpatterns]
