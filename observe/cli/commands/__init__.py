"""What each verb does: `act(options, terminal)`, an exit code.

Parses nothing and decides nothing: asks the room that knows, and prints. Loaded when
the verb's arguments are known to be good and what it needs stands ready.
"""
