# SPDX-License-Identifier: EUPL-1.2
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bench.reference.models import Company


def page(request: HttpRequest) -> HttpResponse:
    """50 rows from three queries."""
    companies = Company.objects.order_by("name").prefetch_related("product_set", "topic_set")[:50]
    return render(request, "page.html", {"companies": companies})
