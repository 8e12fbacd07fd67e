"""Bytes to text, as go-yaml reads them."""

from __future__ import annotations

from linter.text.lazy_regex import lazy
from linter.yaml.documents import DocumentSlice
from linter.yaml.errors import SAVE_AS_UTF8, BadBytes


class BadEncoding(ValueError):
    """The bytes are not what their byte order mark says, or not UTF-8.

    ``text`` is all the same what can be read of them, and ``offset`` is the first bad place in it.
    Of bad UTF-8 each bad byte is a surrogate in it, and the other documents are what they are
    (``has_documents``); UTF-16 and UTF-32 are one document, since nobody finds a ``---`` in them.
    """

    def __init__(self, offset: int, message: str, text: str, has_documents: bool) -> None:
        super().__init__(message)
        self.offset = offset
        self.message = message
        self.text = text
        self.has_documents = has_documents

    def check(self, extent: DocumentSlice) -> None:
        """Raise BadBytes if a document has bytes that are no text."""
        offset = self.offset
        if self.has_documents:
            found = _BAD_BYTE.search(self.text, extent.start, extent.end)
            if found is None:
                return
            offset = found.start()
        raise BadBytes(offset, self.message, SAVE_AS_UTF8)


class TwoMarks(BadEncoding):
    """A second byte order mark, on which go-yaml takes the first key for another one."""

    def __init__(self, text: str) -> None:
        message = 'the file starts with two byte order marks, and Calico knows but one'
        super().__init__(0, message, text, has_documents=True)

    def check(self, extent: DocumentSlice) -> None:
        if extent.start == 0:
            raise BadBytes(0, self.message, 'remove both, which no editor shows')


def decode_bytes(data: bytes) -> str:
    """The text of a file, without its byte order mark; raises BadEncoding.

    Without a mark, go-yaml takes a file for UTF-8 whatever it is, and stops at the first NUL; so it
    does in UTF-32, of whose marks it knows the first half at most.
    https://github.com/go-yaml/yaml/blob/v2.4.0/readerc.go#L39
    """
    codec = 'utf-8'
    if data[:3] == b'\xef\xbb\xbf':
        data = data[3:]
    elif data[:4] in (b'\xff\xfe\0\0', b'\0\0\xfe\xff'):
        text = data.decode('utf-32', 'replace')
        raise BadEncoding(0, 'the file is UTF-32, which Calico cannot read', text, False)
    elif data[:2] in (b'\xff\xfe', b'\xfe\xff'):
        codec = 'utf-16'
    elif b'\0' in data[:4]:
        wide = _wide_codec(data)
        if wide is not None:
            name = wide[:6].upper()
            message = f'the file is {name} without a byte order mark, which Calico takes for UTF-8'
            raise BadEncoding(0, message, data.decode(wide, 'replace'), has_documents=False)
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        has_documents = codec == 'utf-8'
        text = data.decode(codec, 'surrogateescape' if has_documents else 'replace')
        ahead = len(data[: error.start].decode(codec, 'replace'))
        raise BadEncoding(
            min(ahead, max(0, len(text) - 1)),
            f'the file is not valid {codec.upper()}',
            text,
            has_documents,
        ) from None
    if text.startswith(_MARK):
        raise TwoMarks(text.lstrip(_MARK))
    return text


def _wide_codec(data: bytes) -> str | None:
    """UTF-16 or UTF-32, by the zeros beside the first character, which is ASCII in any manifest."""
    zeros = ''.join('x' if byte else '0' for byte in data[:4])
    codecs = {'x0x0': 'utf-16-le', '0x0x': 'utf-16-be', 'x000': 'utf-32-le', '000x': 'utf-32-be'}
    return codecs.get(zeros)


_MARK = '\ufeff'
_BAD_BYTE = lazy('[\udc80-\udcff]')
