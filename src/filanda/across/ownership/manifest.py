# SPDX-License-Identifier: EUPL-1.2
"""Nothing of its own yet: what is done here are other rooms' actions, under their permissions."""

from filanda.kernel.manifests import Manifest

manifest = Manifest()
