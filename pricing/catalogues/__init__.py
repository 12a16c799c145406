"""Published prices beside those in use: read, compared, taken, undone.

Asked by `weir prices preview`, `apply`, `undo` and `check`, and by
`/api/prices/catalogs`.
"""
