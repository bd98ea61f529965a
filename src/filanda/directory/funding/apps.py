# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "filanda.directory.funding"
    label = "funding"
