# SPDX-License-Identifier: EUPL-1.2
"""The site's addresses, and one under the API's behind which something fails."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from filanda.site.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def fails(request: HttpRequest) -> HttpResponse:
    raise ZeroDivisionError("secret words")


urlpatterns = [path("api/broken", fails), *urlpatterns]
