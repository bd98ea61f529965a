# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "filanda.across.opportunities"
    label = "opportunities"
