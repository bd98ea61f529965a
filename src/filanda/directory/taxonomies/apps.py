# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class TaxonomiesConfig(AppConfig):
    name = "filanda.directory.taxonomies"
    label = "taxonomies"
