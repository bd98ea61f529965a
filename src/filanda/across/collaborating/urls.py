# SPDX-License-Identifier: EUPL-1.2
"""Pages of answers accepted, introductions and the register, below the language."""

from filanda.across.collaborating import register_urls

app_name = "collaborating"
urlpatterns = [*register_urls.urlpatterns]
