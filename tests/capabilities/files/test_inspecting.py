# SPDX-License-Identifier: EUPL-1.2
"""Files as attackers and unlucky people send them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import pytest
from PIL import Image

from filanda.capabilities.files.inspecting import (
    DOCUMENT_BYTES,
    FileRefused,
    clean_name,
    inspect_document,
    inspect_logo,
)
from tests.capabilities.files.conftest import PDF, picture

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HTML = b"<!doctype html><script>alert(1)</script>"


def archive(name="bomb.txt", size=50_000_000):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr(name, b"0" * size)
    return out.getvalue()


def png_claiming(width, height):
    """A small PNG file whose header promises many pixels, and whose data hold few."""

    def chunk(kind, data):
        return struct.pack("!I", len(data)) + kind + data + struct.pack("!I", zlib.crc32(kind + data))

    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rest = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + rest


def animated(format_):
    out = io.BytesIO()
    frames = [Image.new("RGB", (9, 9), (shade, 0, 0)) for shade in (0, 90, 180)]
    frames[0].save(out, format_, save_all=True, append_images=frames[1:])
    return out.getvalue()


REFUSED = {
    "nothing": b"",
    "words": b"hello",
    "html": HTML,
    "html called a picture": b"\x89PNG\r\n\x1a\n" + HTML,
    "svg": SVG,
    "zip bomb": archive(),
    "gif": picture("GIF"),
    "tiff": picture("TIFF"),
    "bmp": picture("BMP"),
    "cut off picture": picture("JPEG", (300, 300))[:400],
    "animated png": animated("PNG"),
    "animated webp": animated("WEBP"),
    "50,000 points wide": png_claiming(50_000, 10),
    "decompression bomb": png_claiming(11_000, 11_000),
    "beyond Pillow's own limit": png_claiming(60_000, 60_000),
    "pdf": PDF,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_logo_is_refused_with_a_sentence(name):
    with pytest.raises(FileRefused) as refusal:
        inspect_logo(io.BytesIO(REFUSED[name]))
    assert str(refusal.value).endswith(".")
    assert len(str(refusal.value)) > 20


@pytest.mark.parametrize("name", [name for name in REFUSED if name != "pdf"])
def test_what_is_no_document_is_refused_with_a_sentence(name):
    with pytest.raises(FileRefused, match=r"\.$"):
        inspect_document(io.BytesIO(REFUSED[name]))


BAD_PDFS = {
    "no end": PDF.replace(b"%%EOF", b""),
    "html as well": b"%PDF-1.7\n<html><script>alert(1)</script>" + PDF[9:],
    "zip as well": PDF + archive(size=10) + b"%%EOF",
    "javascript": PDF.replace(b"/Type/Catalog", b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"),
    "launches programs": PDF.replace(b"/Type/Catalog", b"/A<</S/Launch/F(cmd.exe)>>"),
    "junk in front": b"MZ" + PDF,
    "too large": PDF + b" " * DOCUMENT_BYTES,
}


@pytest.mark.parametrize("name", BAD_PDFS)
def test_pdf_documents_that_are_more_than_that_are_refused(name):
    with pytest.raises(FileRefused, match=r"\.$"):
        inspect_document(io.BytesIO(BAD_PDFS[name]))


def test_a_plain_pdf_document_is_kept_as_it_is():
    kept = inspect_document(io.BytesIO(PDF))
    assert (kept.content, kept.media_type, kept.extension) == (PDF, "application/pdf", "pdf")


@pytest.mark.parametrize(
    ("format_", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
)
def test_pictures_are_made_anew_without_metadata_and_upright(format_, media_type):
    exif = Image.Exif()
    exif[0x010F] = "Camera of Anna"
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture(format_, (40, 20), exif=exif) + b"<script>appended</script>"
    assert b"Camera of Anna" in sent
    kept = inspect_document(io.BytesIO(sent))
    assert kept.media_type == media_type
    assert (kept.width, kept.height) == (20, 40)
    assert b"Camera of Anna" not in kept.content
    assert b"<script>" not in kept.content
    again = Image.open(io.BytesIO(kept.content))
    assert (again.format, again.size, dict(again.getexif())) == (format_, (20, 40), {})
    assert not {"exif", "xmp", "icc_profile", "comment"} & set(again.info)


def test_a_logo_comes_in_two_sizes_and_keeps_its_transparency():
    out = io.BytesIO()
    Image.new("RGBA", (1600, 800), (0, 0, 0, 0)).save(out, "PNG")
    kept = inspect_logo(out)
    assert (kept.media_type, kept.width, kept.height) == ("image/webp", 512, 256)
    small = kept.variants["small"]
    assert (small.width, small.height) == (128, 64)
    assert Image.open(io.BytesIO(small.content)).mode == "RGBA"


@pytest.mark.parametrize(
    ("name", "extension", "kept"),
    [
        ("visura.pdf", "pdf", "visura.pdf"),
        ("../../etc/passwd", "png", "passwd.png"),
        ("..\\..\\x.exe", "pdf", "x.pdf"),
        ("logo.svg", "webp", "logo.webp"),
        ("a\x00b\r\nSet-Cookie: x.pdf", "pdf", "ab Set-Cookie x.pdf"),
        ("\u202egnp.exe", "png", "gnp.png"),
        ("", "pdf", "file.pdf"),
        ("...", "pdf", "file.pdf"),
        ("è “perché”.pdf", "pdf", "è “perché”.pdf"),
        ("x" * 300 + ".pdf", "pdf", "x" * 120 + ".pdf"),
    ],
)
def test_names_lose_what_is_dangerous(name, extension, kept):
    assert clean_name(name, extension) == kept
