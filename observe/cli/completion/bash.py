"""Completion for bash, from 3.2 on. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from shlex import quote

from observe.cli.completion.words import Place

SCRIPT = """\
# Completes weir in bash:  eval "$(weir completion bash)"
_weir_files() {{
  local IFS=$'\\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen -f -- "$1"))
}}
_weir() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD-1]}}
  local place="" words="" options="" i
  # bash takes "--state=active" apart at the "=".
  if [[ $prev == "=" ]]; then prev=${{COMP_WORDS[COMP_CWORD-2]}}; fi
  if [[ $cur == "=" ]]; then cur=""; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${{COMP_WORDS[i]}} == "--" ]]; then
      if ((i + 1 == COMP_CWORD)); then COMPREPLY=($(compgen -c -- "$cur"))
      else _weir_files "$cur"; fi
      return
    fi
    case "$place/${{COMP_WORDS[i]}}" in
      {paths}) place="$place/${{COMP_WORDS[i]}}" ;;
    esac
  done
  case "$place:$prev" in
{values}
  esac
  case "$place" in
{places}
  esac
  if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ $words == "FILES" ]]; then _weir_files "$cur"
  elif [[ -n $words ]]; then COMPREPLY=($(compgen -W "$words" -- "$cur"))
  elif [[ -z $cur ]]; then COMPREPLY=($(compgen -W "$options" -- "$cur")); fi
}}
complete -F _weir weir
"""


def script(places: Sequence[Place]) -> str:
    return SCRIPT.format(
        paths="|".join(place.path for place in places if place.path),
        values="\n".join(line for place in places for line in _values(place)),
        places="\n".join(_choices(place) for place in places),
    )


def _values(place: Place) -> Iterator[str]:
    """After an option that wants a value: its choices, a file, or nothing."""
    for option in place.options:
        if not option.takes_value:
            continue
        pattern = "|".join(quote(f"{place.path}:{flag}") for flag in option.flags)
        words = " ".join(option.choices)
        done = f'COMPREPLY=($(compgen -W {quote(words)} -- "$cur")); ' if words else ""
        done = '_weir_files "$cur"; ' if option.is_file else done
        yield f"    {pattern}) {done}return ;;"


def _choices(place: Place) -> str:
    words = " ".join(word for word, _ in place.words)
    words = "FILES" if place.takes_file else words
    options = " ".join(flag for option in place.options for flag in option.flags)
    path = place.path or '""'
    return f"    {path}) words={quote(words)}; options={quote(options)} ;;"
