# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class OwnershipConfig(AppConfig):
    name = "filanda.across.ownership"
    label = "ownership"
