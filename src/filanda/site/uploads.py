# SPDX-License-Identifier: EUPL-1.2
"""What becomes of files that somebody sends with a form."""

from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler


class NoFiles(FileUploadHandler):
    """Hardly any form takes a file, so the first byte of one ends the request with 400.

    Forms are read before it is known whose they are; Django would write files of any size to the disk meanwhile.
    A view that takes files says so with `capabilities.files.receiving.takes_files`, which sets a handler with a limit.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise RequestDataTooBig("This form takes no files.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> NoReturn:
        raise RequestDataTooBig("This form takes no files.")

    def file_complete(self, file_size: int) -> None:
        return None
