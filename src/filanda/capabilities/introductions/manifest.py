# SPDX-License-Identifier: EUPL-1.2
"""What this room plugs in."""

from __future__ import annotations

from filanda.kernel.manifests import Manifest

manifest = Manifest()
