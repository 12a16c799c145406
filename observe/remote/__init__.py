"""The command line as a client of Weir's HTTP API; sets up no Django and no database.

`weir run`, `gate`, `runs`, `requests` and `export` in `observe/management/commands/`
parse and print with it.
"""
