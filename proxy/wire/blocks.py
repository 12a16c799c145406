"""Turns content blocks of any OpenAI or Anthropic dialect into `Part`s.

One table for all of them: servers mix the dialects, and a block means what its `type`
says wherever it stands. Used for requests (`read_messages`) and whole answers. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from proxy.wire.base import Part, PartKind
from proxy.wire.hosted_results import readable
from proxy.wire.lenient import Record, clean, dump, record, string

DEEPEST = 8
"""Blocks inside of blocks that are read."""
_MOST_BLOCKS = 10_000
"""Of one message."""


def parts_of(content: Any, depth: int = 0) -> list[Part]:
    """The parts of a message's content: text, a block, or a list of either."""
    if content is None or content == "" or depth > DEEPEST:
        return []
    if isinstance(content, str):
        return [text_part(content)]
    if isinstance(content, dict):
        return list(_from_block(content))
    if isinstance(content, list):
        items = content[:_MOST_BLOCKS]
        return [part for item in items for part in parts_of(item, depth + 1)]
    return [other_part(content)]


def text_part(text: Any, kind: PartKind = "text") -> Part:
    return Part(kind=kind, text=clean(string(text)))


def other_part(value: Any) -> Part:
    return Part(kind="other", text=dump(value))


def call_part(name: Any, arguments: Any, call_id: Any) -> Part:
    """A tool call; arguments as sent, or as JSON where they are an object."""
    text = clean(arguments) if isinstance(arguments, str) else dump(arguments)
    name, call_id = clean(string(name)), clean(string(call_id))
    return Part(kind="tool_call", text=text, name=name, call_id=call_id)


def result_parts(content: Any, call_id: Any, name: Any = "") -> list[Part]:
    """A tool's result: its text as one part, its pictures and files behind it."""
    inner = parts_of(content)
    text = "\n".join(part.text for part in inner if not part.source)
    name, call_id = clean(string(name)), clean(string(call_id))
    head = Part(kind="tool_result", text=text, name=name, call_id=call_id)
    return [head, *(part for part in inner if part.source)]


def hosted_result(kind: str, block: Record) -> Part:
    """What a tool that the provider ran gave."""
    name = kind.removesuffix("_tool_result").removesuffix("_output")
    call_id = string(block.get("tool_use_id")) or string(block.get("call_id"))
    text = readable(block.get("content"))
    return Part(kind="tool_result", text=text, name=name, call_id=clean(call_id))


def media_part(
    kind: PartKind, source: Any, mime_type: Any = "", name: Any = ""
) -> Part:
    """An image, audio or file by its data URL, remote URL or id."""
    url = clean(string(source))
    mime_type = clean(string(mime_type))
    if not mime_type and url.startswith("data:"):
        mime_type = url[5:100].partition(";")[0].partition(",")[0]
    return Part(kind=kind, source=url, mime_type=mime_type, name=clean(string(name)))


def data_url(mime_type: str, base64_data: Any) -> str:
    return f"data:{mime_type};base64,{string(base64_data)}"


def _from_block(block: Record) -> Iterator[Part]:
    kind = string(block.get("type"))
    if kind == "tool_result":
        yield from result_parts(block.get("content"), block.get("tool_use_id"))
    elif kind in _BLOCKS:
        yield _BLOCKS[kind](block)
    elif kind.endswith("_tool_result"):
        yield hosted_result(kind, block)
    elif not kind and isinstance(block.get("text"), str):
        yield text_part(block["text"])
    else:
        yield other_part(block)


def _image_url(block: Record) -> Part:
    link = block.get("image_url") or block.get("file_id")
    url = link.get("url") if isinstance(link, dict) else link
    return media_part("image", url)


def _source(kind: PartKind) -> Callable[[Record], Part]:
    def read(block: Record) -> Part:
        source = record(block.get("source"))
        mime_type = string(source.get("media_type"))
        url = source.get("url") or source.get("file_id")
        if source.get("type") == "base64":
            url = data_url(mime_type, source.get("data"))
        if source.get("type") == "text":
            text = clean(string(source.get("data")))
            return Part(kind=kind, text=text, name=clean(string(block.get("title"))))
        return media_part(kind, url, mime_type, block.get("title"))

    return read


def _input_audio(block: Record) -> Part:
    audio = record(block.get("input_audio"))
    mime_type = f"audio/{string(audio.get('format')) or 'wav'}"
    return media_part("audio", data_url(mime_type, audio.get("data")), mime_type)


def _file(block: Record) -> Part:
    file = record(block.get("file")) or block
    names = ("file_data", "file_url", "file_id")
    source = next((file[name] for name in names if file.get(name)), "")
    return media_part("file", source, name=file.get("filename"))


def _video_url(block: Record) -> Part:
    return media_part("file", record(block.get("video_url")).get("url"), "video/mp4")


def _thinking(block: Record) -> Part:
    thought = block.get("thinking")  # Mistral: a list of text blocks
    text = "\n".join(part.text for part in parts_of(thought))
    return Part(kind="reasoning", text=text)


def _text(kind: PartKind, field: str) -> Callable[[Record], Part]:
    return lambda block: text_part(block.get(field), kind)


def _call(name: str, arguments: str) -> Callable[[Record], Part]:
    return lambda block: call_part(
        block.get(name), block.get(arguments), block.get("call_id") or block.get("id")
    )


def _tool_reference(block: Record) -> str:
    """A tool that was found (Anthropic), or a page that a tool found (Mistral)."""
    if url := string(block.get("url")):
        return clean(f"{string(block.get('title'))} {url}".strip())
    return f"Tool: {clean(string(block.get('tool_name') or block.get('tool')))}"


_BLOCKS: dict[str, Callable[[Record], Part]] = {
    "text": _text("text", "text"),
    "input_text": _text("text", "text"),
    "output_text": _text("text", "text"),
    "refusal": _text("text", "refusal"),
    "summary_text": _text("reasoning", "text"),
    "reasoning_text": _text("reasoning", "text"),
    "thinking": _thinking,
    "redacted_thinking": lambda block: Part(kind="reasoning", text="(redacted)"),
    "image_url": _image_url,
    "input_image": _image_url,
    "image": _source("image"),
    "document": _source("file"),
    "input_audio": _input_audio,
    "file": _file,
    "input_file": _file,
    "video_url": _video_url,
    "tool_use": _call("name", "input"),
    "server_tool_use": _call("name", "input"),
    "mcp_tool_use": _call("name", "input"),
    "search_result": lambda block: Part(kind="other", text=readable(block)),
    "web_search_result": lambda block: Part(kind="other", text=readable(block)),
    "tool_reference": lambda block: Part(kind="other", text=_tool_reference(block)),
    "compaction": lambda block: Part(
        kind="other",
        name="Compaction",
        text=readable(block.get("content")) or "(the conversation so far, sealed)",
    ),
    "container_upload": lambda block: media_part("file", block.get("file_id")),
    "computer_screenshot": _image_url,
}
