"""What tools of the provider's own gave, as people read it.

Web search, code execution, tool search, fetched pages, an advisor's words, MCP: each
has a shape of its own, told apart here by their members rather than by their names, so
that the next one is readable, too. `blocks.py` and `responses_items.py` ask. Shapes:
platform.claude.com/docs (server tools), developers.openai.com/api/docs (tools). Pure.
"""

from __future__ import annotations

from typing import Any

from proxy.wire.lenient import Record, clean, dump, record, rows, string

_DEEPEST = 6
_MOST = 500
_SEALED = ("encrypted_content", "encrypted_index", "encrypted_stdout", "signature")
"""Members that only the provider can read."""
_BODIES = ("content", "text", "logs", "data", "output", "result", "results", "lines")


def readable(value: Any, depth: int = 0) -> str:
    """The words of a result; what has none comes as JSON."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list) and depth < _DEEPEST:
        told = (readable(each, depth + 1) for each in value[:_MOST])
        return "\n".join(each for each in told if each)
    if not isinstance(value, dict) or depth >= _DEEPEST:
        return dump(value)
    return _of_object(value, depth)


def tool_names(tools: Any) -> str:
    """The names in a list of tools, those of a namespace behind its own."""
    found: list[str] = []
    for tool in rows(tools)[:_MOST]:
        inner = tool_names(tool.get("tools"))
        name = string(tool.get("name") or tool.get("tool_name") or tool.get("type"))
        found.append(f"{name} ({inner})" if inner else name)
    return clean(", ".join(each for each in found if each))


def _of_object(value: Record, depth: int) -> str:
    kind = string(value.get("type"))
    if code := string(value.get("error_code")):
        said = string(value.get("error_message"))
        return clean(f"Error: {code}" + (f" ({said})" if said else ""))
    if isinstance(value.get("tool_references"), list):
        return f"Tools: {tool_names(value['tool_references']) or 'none'}"
    if kind == "tool_reference":
        return clean(string(value.get("tool_name")))
    if "redacted" in kind:
        return "(redacted)"
    if any(name in value for name in ("stdout", "stderr", "return_code")):
        return _ran(value)
    lines = [_heading(value), _body(value, depth)]
    if text := "\n".join(line for line in lines if line):
        return text
    open_members = {n: v for n, v in value.items() if n not in _SEALED}
    return dump(open_members) if len(open_members) > 1 else ""


def _heading(value: Record) -> str:
    """`Title — address` of a page or a file found."""
    names = ("title", "filename", "file_name")
    title = next((string(value[n]) for n in names if value.get(n)), "")
    source = value.get("source")
    place = string(value.get("url")) or string(source) or string(value.get("file_id"))
    return clean(" — ".join(each for each in (title, place) if each))


def _body(value: Record, depth: int) -> str:
    names = (name for name in _BODIES if value.get(name))
    inner = next((value[name] for name in names), None)
    if inner is None:
        inner = record(value.get("source")).get("data")
    return readable(inner, depth + 1) if inner else ""


def _ran(value: Record) -> str:
    lines = [string(value.get("stdout")), string(value.get("stderr"))]
    outcome = record(value.get("outcome"))
    code = value.get("return_code", outcome.get("exit_code"))
    if code:
        lines.append(f"Exit code {code}")
    elif string(outcome.get("type")) == "timeout":
        lines.append("Timed out")
    lines += [_heading(each) for each in rows(value.get("content"))[:_MOST]]
    return (
        clean("\n".join(line.rstrip("\n") for line in lines if line)) or "(no output)"
    )
