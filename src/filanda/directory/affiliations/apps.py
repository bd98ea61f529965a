# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class AffiliationsConfig(AppConfig):
    name = "filanda.directory.affiliations"
    label = "affiliations"
