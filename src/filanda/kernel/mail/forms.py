# SPDX-License-Identifier: EUPL-1.2
"""The one form of e-mail: an answer in the demonstration's outbox."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _


class AnswerForm(forms.Form):
    answer = forms.CharField(
        max_length=20_000, error_messages={"required": _("Write your answer."), "max_length": _("This is too long.")}
    )
