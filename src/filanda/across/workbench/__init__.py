# SPDX-License-Identifier: EUPL-1.2
"""Where staff work: requests for an introduction, and the table of who may do what."""
