# SPDX-License-Identifier: EUPL-1.2
"""A need in plain words -> organisations, through their evidence, and why."""
