# SPDX-License-Identifier: EUPL-1.2
from django.urls import path

from bench.reference.views import page

urlpatterns = [path("", page)]
