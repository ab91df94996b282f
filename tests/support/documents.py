"""Small files for uploads, made afresh: a PDF, and one that carries the industry's harmless test virus."""

from io import BytesIO

import pikepdf

# In halves, so that no scanner stops at this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def pdf(note: bytes = b"a report") -> bytes:
    """A one-page PDF that carries a note as it is."""
    document, written = pikepdf.new(), BytesIO()
    document.add_blank_page()
    document.Root.Note = document.make_stream(note)
    document.save(written, compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    return written.getvalue()
