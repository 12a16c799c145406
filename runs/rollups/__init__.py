"""Figures over time: what requests came to, by minute and by hour.

Kept in the transaction that stores, moves, deletes or reprices requests, so they are as
true as the rows; retention leaves them. `runs/measure/over_time.py` reads them.
"""
