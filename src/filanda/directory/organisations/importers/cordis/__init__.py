# SPDX-License-Identifier: EUPL-1.2
"""The official CORDIS CSV exports: `organization.csv`, `project.csv` and, where there is one, `euroSciVoc.csv`.

One project is one piece of evidence with all its partners. The files are streamed; what is kept in memory are the ids
and names of bodies and who took part in what, never the projects' texts. docs/how-to/import-cordis.md says in words
what is decided here. The exports are (c) European Union, reuse under CC BY 4.0.

`reading`: the files; `bodies`: ids become bodies; `projects`: projects become evidence; `run`: all of it.
"""

from filanda.directory.organisations.importers.cordis.outcome import CordisImport
from filanda.directory.organisations.importers.cordis.reading import SOURCE, Progress
from filanda.directory.organisations.importers.cordis.run import import_cordis

__all__ = ["SOURCE", "CordisImport", "Progress", "import_cordis"]
