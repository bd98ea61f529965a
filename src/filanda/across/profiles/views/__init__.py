# SPDX-License-Identifier: EUPL-1.2
"""Views by page: directory, profile, own (editing), queue (the workbench's)."""
