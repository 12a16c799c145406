"""Completion for zsh, with what each word says. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from observe.cli.completion.words import Place

SCRIPT = """\
#compdef weir
# Completes weir in zsh:  eval "$(weir completion zsh)"      # in ~/.zshrc
_weir() {{
  local place="" i
  local -a next options
  for ((i = 2; i < CURRENT; i++)); do
    if [[ $words[i] == "--" ]]; then
      shift $i words; ((CURRENT -= i)); _normal; return
    fi
    case "$place/$words[i]" in
      ({paths}) place="$place/$words[i]" ;;
    esac
  done
  case "$place:$words[CURRENT-1]" in
{values}
  esac
  case "$place" in
{places}
  esac
  if [[ $words[CURRENT] == -* ]]; then _describe -o option options
  elif ((${{#next}})); then _describe verb next
  else _describe -o option options; fi
}}
if [[ $funcstack[1] == _weir ]]; then
  _weir "$@"
else
  (($+functions[compdef])) || {{ autoload -Uz compinit && compinit -i }}
  compdef _weir weir
fi
"""


def script(places: Sequence[Place]) -> str:
    return SCRIPT.format(
        paths="|".join(place.path for place in places if place.path),
        values="\n".join(line for place in places for line in _values(place)),
        places="\n".join(_choices(place) for place in places),
    )


def _values(place: Place) -> Iterator[str]:
    for option in place.options:
        if not option.takes_value:
            continue
        pattern = "|".join(quote(f"{place.path}:{flag}") for flag in option.flags)
        told = f"_message {quote(option.about or 'a value')}"
        done = f"compadd -- {' '.join(option.choices)}" if option.choices else told
        done = "_files" if option.is_file else done
        yield f"    ({pattern}) {done}; return ;;"


def _choices(place: Place) -> str:
    words = " ".join(_told(word, about) for word, about in place.words)
    options = " ".join(
        _told(flag, option.about) for option in place.options for flag in option.flags
    )
    file = "[[ $words[CURRENT] != -* ]] && { _files; return }; "
    return (
        f"    ({quote(place.path)}) {file if place.takes_file else ''}"
        f"next=({words}); options=({options}) ;;"
    )


def _told(word: str, about: str) -> str:
    return quote(f"{word}:{about}" if about else word)
