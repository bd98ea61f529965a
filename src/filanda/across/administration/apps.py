# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    name = "filanda.across.administration"
    label = "administration"
