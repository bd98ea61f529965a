# SPDX-License-Identifier: EUPL-1.2
from filanda.kernel.manifests import Manifest

manifest = Manifest()
