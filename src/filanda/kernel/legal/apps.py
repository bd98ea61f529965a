# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "filanda.kernel.legal"
    label = "legal"
