"""The command line as a client of Weir's HTTP API; loads no Django and no database.

`weir run`, `gate`, `runs`, `requests` and `export` in `observe/cli/commands/` ask and
print with it.
"""
