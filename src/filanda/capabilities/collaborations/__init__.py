# SPDX-License-Identifier: EUPL-1.2
"""The register of what came of it: parties, confirmation, check-ins, outcomes, figures."""
