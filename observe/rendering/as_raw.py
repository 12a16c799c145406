"""Any body as it is: text where it is text, a hex dump where it isn't."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.html import format_html
from django.utils.safestring import SafeString

from observe.rendering.base import MAX_SHOWN, Subject

HEX_SHOWN = 16 * 1024


class RawRenderer:
    name = "raw"
    label = "Raw"

    def claims(self, subject: Subject) -> bool:
        return True

    def render(self, subject: Subject) -> SafeString:
        if is_binary(subject.data):
            shown = "\n".join(hex_lines(subject.data[:HEX_SHOWN]))
            return _block(shown, len(subject.data) - HEX_SHOWN)
        text = subject.data[:MAX_SHOWN].decode("utf-8", "replace")
        return _block(text, len(subject.data) - MAX_SHOWN)


def is_binary(data: bytes) -> bool:
    """Control characters that no text has, looked for in the beginning."""
    return b"\0" in data[:4096]


def hex_lines(data: bytes) -> Iterator[str]:
    for start in range(0, len(data), 16):
        piece = data[start : start + 16]
        letters = "".join(chr(b) if 32 <= b < 127 else "." for b in piece)
        yield f"{start:08x}  {piece.hex(' '):<47}  {letters}"


def _block(text: str, left_out: int) -> SafeString:
    if left_out <= 0:
        return format_html('<pre class="code">{}</pre>', text)
    return format_html(
        '<pre class="code">{}</pre>'
        '<p class="note">{} more bytes are not shown here; the exact bytes are.</p>',
        text,
        f"{left_out:,}",
    )
