# SPDX-License-Identifier: EUPL-1.2
"""What a file is, by its bytes. PDF documents are looked over; images are decoded and written anew.

Of an image only its pixels survive: no metadata (EXIF with the place of a photograph), no colour profile, nothing that
was appended. Whatever claims to be one and cannot be decoded is refused.
"""

from __future__ import annotations

import io
import re
import warnings
from dataclasses import dataclass, field
from typing import IO

import puremagic
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from filanda.capabilities.files.receiving import MB
from filanda.kernel.text.folding import clean

__all__ = ["DOCUMENT_BYTES", "LOGO_BYTES", "FileRefused", "Inspected", "clean_name", "inspect_document", "inspect_logo"]

DOCUMENT_BYTES = 10 * MB
LOGO_BYTES = 4 * MB
MOST_PIXELS = 40_000_000  # a photograph of 40 megapixels; 160 MB of memory at most while it is made anew
LONGEST_SIDE = 12_000
KEPT_SIDE = 3_000  # of a document's picture: what is written on it can be read
LOGO_SIDES = {"": 512, "small": 128}
NAME_LENGTH = 120

FORMATS = {"PNG": ("image/png", "png"), "JPEG": ("image/jpeg", "jpg"), "WEBP": ("image/webp", "webp")}
_HEADS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG"}
_ACTIVE_PDF = re.compile(rb"/(JavaScript|JS|Launch|RichMedia)\b")
_MARKUP = re.compile(rb"<\s*(!doctype|html|script|svg|body|iframe)", re.IGNORECASE)


class FileRefused(ValueError):
    """The file is not one that fits here. `str()` is the sentence for the reader."""


@dataclass(frozen=True)
class Picture:
    """One image as it is stored. Sides in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Inspected:
    """What is stored: `content`, of `media_type`, to be called something that ends in `.extension`."""

    content: bytes
    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None
    variants: dict[str, Picture] = field(default_factory=dict)
    is_unscanned: bool = False


def inspect_document(file: IO[bytes]) -> Inspected:
    """A PDF document as it is, or an image made anew, in its own format. Raises FileRefused."""
    content = read(file, DOCUMENT_BYTES)
    if content.startswith(b"%PDF-"):
        look_over_pdf(content)
        return Inspected(content, "application/pdf", "pdf")
    format_ = format_of(content)
    if not format_:
        raise FileRefused(
            _("This is not a PDF document or a picture (PNG, JPEG, WebP), whatever its name says%(found)s.")
            % {"found": what(content)}
        )
    image = decoded(content, format_, KEPT_SIDE)
    made = fitted(image, KEPT_SIDE, format_)
    media_type, extension = FORMATS[format_]
    return Inspected(made.content, media_type, extension, made.width, made.height)


def inspect_logo(file: IO[bytes]) -> Inspected:
    """An image made anew as WebP, in two sizes. Raises FileRefused."""
    content = read(file, LOGO_BYTES)
    format_ = format_of(content)
    if not format_:
        raise FileRefused(
            _("A logo is a picture: PNG, JPEG or WebP. This is something else, whatever its name says%(found)s.")
            % {"found": what(content)}
        )
    image = decoded(content, format_, 2 * LOGO_SIDES[""])
    sizes = {name: fitted(image, side, "WEBP") for name, side in LOGO_SIDES.items()}
    largest = sizes.pop("")
    return Inspected(largest.content, "image/webp", "webp", largest.width, largest.height, sizes)


def clean_name(name: str, extension: str) -> str:
    """The uploader's name for the file without folders, control characters and a false ending.

    "../../x.png\\r\\n" of a PDF becomes "x.pdf"; nothing left, "file.pdf".
    """
    last = re.split(r"[/\\]", clean(name).replace("\n", " ").replace("\r", " ").replace("\t", " "))[-1]
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", last)
    stem = " ".join(re.sub(r'[<>:"|?*;%#&]', " ", stem).split()).strip(". ")
    return f"{stem[:NAME_LENGTH].strip('. ') or 'file'}.{extension}"


def read(file: IO[bytes], most: int) -> bytes:
    file.seek(0)
    content = file.read(most + 1)
    if not content:
        raise FileRefused(_("This file is empty. Choose it again."))
    if len(content) > most:
        raise FileRefused(
            _("This file is too large: up to %(most)s MB fit. Make it smaller, or choose another one.")
            % {"most": most // MB}
        )
    return content


def format_of(content: bytes) -> str:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return next((format_ for head, format_ in _HEADS.items() if content.startswith(head)), "")


def what(content: bytes) -> str:
    """ ", but an archive (.zip)", where it can be told."""
    try:
        guess = puremagic.from_string(content[: 64 * 1024]).strip(".").lower()
    except (puremagic.PureError, ValueError):
        return ""
    return _(" (it looks like .%(kind)s)") % {"kind": guess} if guess.isalnum() and len(guess) <= 5 else ""


def look_over_pdf(content: bytes) -> None:
    """Refuse what is cut off, what is another kind of file as well, and what runs programs."""
    if b"%%EOF" not in content[-2048:]:
        raise FileRefused(_("This PDF document is not whole: its end is missing. Save or scan it again."))
    if _MARKUP.search(content[:1024]) or b"PK\x05\x06" in content[-66_000:]:
        raise FileRefused(_("This PDF document is another kind of file at the same time. Print it to a new PDF."))
    if _ACTIVE_PDF.search(content):
        raise FileRefused(_("This PDF document holds programs (JavaScript). Print it to a new PDF, which has none."))


def decoded(content: bytes, format_: str, side: int) -> Image.Image:
    """The first and only frame, upright, as RGB or RGBA."""
    broken = _("This picture cannot be read: it is damaged or not what it claims to be. Save it again.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is stricter
            image: ImageFile.ImageFile = Image.open(io.BytesIO(content), formats=[format_])
        width, height = image.size
        if width > LONGEST_SIDE or height > LONGEST_SIDE or width * height > MOST_PIXELS:
            raise FileRefused(
                _("This picture is too large: %(width)s x %(height)s points. Up to %(side)s on a side, and 40 million.")
                % {"width": width, "height": height, "side": LONGEST_SIDE}
            )
        if getattr(image, "n_frames", 1) > 1:
            raise FileRefused(_("This picture moves. Choose one that stands still."))
        if format_ == "JPEG":
            image.draft("RGB", (side, side))  # decodes fewer pixels, of a large photograph
        image.load()
        upright = ImageOps.exif_transpose(image)
        has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
        return upright.convert("RGBA" if has_alpha else "RGB")
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise FileRefused(_("This picture is too large. Make it smaller, or choose another one.")) from error
    except (OSError, SyntaxError, ValueError, EOFError, MemoryError, OverflowError, TypeError, KeyError) as error:
        raise FileRefused(broken) from error


def fitted(image: Image.Image, side: int, format_: str) -> Picture:
    """A copy of the pixels alone, no side longer than `side`, encoded."""
    small = image.copy()
    small.thumbnail((side, side), Image.Resampling.LANCZOS)
    plain = Image.frombytes(small.mode, small.size, small.tobytes())
    out = io.BytesIO()
    if format_ == "JPEG":
        plain.convert("RGB").save(out, "JPEG", quality=88, optimize=True)
    elif format_ == "WEBP":
        plain.save(out, "WEBP", quality=88, method=4)
    else:
        plain.save(out, "PNG", optimize=False)
    return Picture(out.getvalue(), *plain.size)
