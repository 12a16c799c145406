"""Alerts: looks at what was recorded, and tells where a threshold is broken.

`conditions.py` reads the words, `figures.py` the value, `turning.py` decides; and
`looks.py` does it for all that are due, `sending.py` and `deliveries.py` tell. Run by
`observe/serve/alerts.py` in a process of its own; the API and pages edit and preview.
"""
