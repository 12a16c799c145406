"""Completion for fish, with what each word says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from observe.cli.completion.words import Option, Place

SCRIPT = """\
# Completes weir in fish:  weir completion fish | source
function __weir_at
    set -l words (commandline -opc)
    set -l place ""
    contains -- -- $words; and return 1
    for word in $words[2..]
        switch "$place/$word"
            case {paths}
                set place "$place/$word"
        end
    end
    test "$place" = "$argv[1]"
end
function __weir_behind_dashes
    contains -- -- (commandline -opc)
end
complete -c weir -f
complete -c weir -n __weir_behind_dashes -F
{lines}
"""


def script(places: Sequence[Place]) -> str:
    return SCRIPT.format(
        paths=" ".join(place.path for place in places if place.path),
        lines="\n".join(line for place in places for line in _lines(place)),
    )


def _lines(place: Place) -> Iterator[str]:
    start = f"complete -c weir -n {_quoted(f'__weir_at {_quoted(place.path)}')}"
    for word, about in place.words:
        yield f"{start} -a {_quoted(word)}{_told(about)}"
    for option in place.options:
        yield f"{start} {_flags(option)}{_value(option)}{_told(option.about)}"
    if place.takes_file:
        yield f"{start} -F"


def _flags(option: Option) -> str:
    return " ".join(
        f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}"
        for flag in option.flags
    )


def _value(option: Option) -> str:
    if option.is_file:
        return " -r -F"
    choices = f" -a {_quoted(' '.join(option.choices))}" if option.choices else ""
    return f" -x{choices}" if option.takes_value else ""


def _told(about: str) -> str:
    return f" -d {_quoted(about)}" if about else ""


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
