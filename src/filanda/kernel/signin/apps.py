# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig


class SigninConfig(AppConfig):
    name = "filanda.kernel.signin"
    label = "signin"
