# SPDX-License-Identifier: EUPL-1.2
"""The screens of spaces: `directory`, `home`, `joining`, `members`, `settings`, `founding`."""
