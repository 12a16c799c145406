"""The command line: `verbs/` say what there is, `commands/` do it, `main.py` joins.

Everything that needs Django or the network is loaded for the verb that needs it.
"""
