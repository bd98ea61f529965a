# SPDX-License-Identifier: EUPL-1.2
"""What becomes of files that somebody sends with a form."""

from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """No form here takes a file yet, so the first byte of one ends the request with 400.

    Forms are read before it is known whose they are; Django would write files of any size to the disk meanwhile.
    The room that takes files sets its own handler, with a limit, for its own view.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RequestDataTooBig("No form here takes files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise RequestDataTooBig("No form here takes files.")

    def file_complete(self, file_size: int) -> None:
        return None
