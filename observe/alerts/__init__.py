"""Alerts: looks at what was recorded, and tells where a limit is passed.

A condition is read, its figure found, a turn decided and told; a process of its own
does that, the API edits and previews.
"""
