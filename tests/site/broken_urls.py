# SPDX-License-Identifier: EUPL-1.2
"""The site's addresses, and some behind which things go wrong."""

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from filanda.kernel.identity.actors import VISITOR
from filanda.kernel.policies import require
from filanda.site.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def fails(request):
    raise ZeroDivisionError("secret words")


def fails_in_sql(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT no_such_thing")


def breaks_a_rule(request, token):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE rules (email text CHECK (email = ''))")
        cursor.execute("INSERT INTO rules VALUES (%s)", [token])


def forbidden(request):
    raise PermissionDenied("A reason <b>.")


def needs_staff(request):
    require(VISITOR, "needs.requests.view")


@require_POST
def only_post(request):
    return HttpResponse("posted")


urlpatterns = [
    path("broken/fails", fails),
    path("broken/sql", fails_in_sql),
    path("broken/rule/<str:token>", breaks_a_rule, name="breaks-a-rule"),
    path("broken/forbidden", forbidden),
    path("broken/staff", needs_staff),
    path("broken/post", only_post),
    *urlpatterns,
]
