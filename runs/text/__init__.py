"""Full text: the words of prompts and answers, to find requests by.

A recorder gives what each request says anew (`proxy/recording/indexing.py`), after it
has stored it and in its own time; `search.py` finds. On SQLite the words are in an
FTS5 table that keeps no text, on PostgreSQL in a `tsvector`; the same words either way.
"""
