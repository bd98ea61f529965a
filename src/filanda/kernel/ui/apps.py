# SPDX-License-Identifier: EUPL-1.2
from django.apps import AppConfig
from django.urls import register_converter

from filanda.kernel.ui.numbers import IdConverter


class UiConfig(AppConfig):
    name = "filanda.kernel.ui"
    label = "ui"

    def ready(self) -> None:
        register_converter(IdConverter, "id")
