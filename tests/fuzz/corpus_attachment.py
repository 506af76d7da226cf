#!/usr/bin/env python3
"""Writes the corpus of fuzz_attachment: small files of all kinds. test_attachment_type.c reads them, too."""
import io
import pathlib
import zipfile

HERE = pathlib.Path(__file__).resolve().parent / "corpus" / "attachment"


def office(members, comment=b""):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            archive.writestr(info, content)
        archive.comment = comment
    return out.getvalue()


ODF = "application/vnd.oasis.opendocument."
FILES = {
    "pptx": office([("[Content_Types].xml", "<T/>"), ("ppt/presentation.xml", "<p/>")]),
    "docx": office([("word/document.xml", "<w/>"), ("[Content_Types].xml", "<T/>")], b"a comment"),
    "xlsx": office([("[Content_Types].xml", "<T/>"), ("xl/workbook.xml", "<x/>")]),
    "macros": office([("[Content_Types].xml", "<T/>"), ("word/document.xml", "<w/>"), ("word/vbaProject.bin", "x")]),
    "odp": office([("mimetype", ODF + "presentation"), ("content.xml", "<o/>")]),
    "odt": office([("mimetype", ODF + "text"), ("content.xml", "<o/>")]),
    "ods": office([("mimetype", ODF + "spreadsheet"), ("content.xml", "<o/>")]),
    "epub": office([("mimetype", "application/epub+zip"), ("content.opf", "<o/>")]),
    "zip": office([("a.exe", "MZ"), ("ppt/presentation.xml", "<p/>")]),
}
PLAIN = {"pdf": b"%PDF-1.7\n", "png": b"\x89PNG\r\n\x1a\n....", "text": "声, é\n".encode()}

HERE.mkdir(parents=True, exist_ok=True)
for name, data in {**FILES, **PLAIN}.items():
    (HERE / name).write_bytes(data)
