# SPDX-License-Identifier: EUPL-1.2
"""The assembled product: settings, urls, command line, health, errors."""
