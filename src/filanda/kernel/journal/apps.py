# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "filanda.kernel.journal"
    label = "journal"
