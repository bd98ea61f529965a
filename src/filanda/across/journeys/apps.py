# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class JourneysConfig(AppConfig):
    name = "filanda.across.journeys"
    label = "journeys"
