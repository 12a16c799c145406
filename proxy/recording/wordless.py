"""A record without a word of what was said: for exchanges whose bodies aren't kept.

Last step of `proxy/recording/assemble.py`. Figures, names of models and tools, digests
and fingerprints stay. Pure.
"""

from __future__ import annotations

from dataclasses import replace

from runs.record import ExchangeRecord, Said


def wordless(record: ExchangeRecord) -> ExchangeRecord:
    return replace(
        record,
        preview="",
        news="",
        words_before="",
        answer_preview="",
        answer_texts=None,
        newest=None,
        answer_so_far="",
        # An error of the provider may quote what it was asked.
        error=record.error if record.status is None else "",
        said=tuple(Said(each.digest, each.weight) for each in record.said),
    )
