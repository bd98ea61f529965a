# SPDX-License-Identifier: EUPL-1.2
"""Organisations and what they can show. Matching rests on evidence, so every match can say why."""
