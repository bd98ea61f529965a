# SPDX-License-Identifier: EUPL-1.2
"""A process of its own that looks into one PDF document: on its standard input the document, on its standard output a
line of JSON (pages, width, height, length of the text in bytes), the text in UTF-8, then the first page as WebP.

PDFium is native code that reads what strangers made: it does so here, with little memory, little time and nothing else
to lose. Its builds hold no JavaScript engine.
"""

from __future__ import annotations

import io
import json
import resource
import sys

MEMORY = 1024 * 1024 * 1024
SECONDS = 20
TEXT_MOST = 200_000
PAGES_READ = 200
SIDE = 1200


def main() -> int:
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import pypdfium2  # type: ignore[import-untyped]

    document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
    count = len(document)
    pieces: list[str] = []
    length = 0
    for number in range(min(count, PAGES_READ)):
        if length >= TEXT_MOST:
            break
        piece = document[number].get_textpage().get_text_bounded()
        pieces.append(piece)
        length += len(piece)
    text = "\n".join(pieces)[:TEXT_MOST].encode("utf-8", "replace")
    out = io.BytesIO()
    width = height = 0
    if count:
        page = document[0]
        scale = SIDE / max(*page.get_size(), 1.0)
        image = page.render(scale=min(scale, 4.0), may_draw_forms=False).to_pil().convert("RGB")
        width, height = image.size
        image.save(out, "WEBP", quality=85, method=4)
    head = {"pages": count, "width": width, "height": height, "text": len(text)}
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + text + out.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
