# SPDX-License-Identifier: EUPL-1.2
"""Sentences in e-mails that end in the name of a company."""

from __future__ import annotations

import pytest

from filanda.kernel.mail.rendering import one_stop


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("la pagina di Rossi S.p.A..", "la pagina di Rossi S.p.A."),
        ("Rossi S.r.l.. Poi", "Rossi S.r.l. Poi"),
        ("Wait... a.b.... or v1.2..3", "Wait... a.b.... or v1.2..3"),
    ],
)
def test_a_name_that_ends_in_a_stop_ends_the_sentence(written, read):
    assert one_stop(written) == read
