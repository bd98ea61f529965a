# SPDX-License-Identifier: EUPL-1.2
"""Text that people write: Markdown to safe HTML, language, folding, sort keys."""
