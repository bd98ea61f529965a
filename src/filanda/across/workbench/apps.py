# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "filanda.across.workbench"
    label = "workbench"
