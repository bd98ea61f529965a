# SPDX-License-Identifier: EUPL-1.2
"""What reads many rooms at once."""
