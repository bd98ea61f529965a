# SPDX-License-Identifier: EUPL-1.2
"""Finding: the need box, its answers, the directory, organisation pages, their API and exports."""
