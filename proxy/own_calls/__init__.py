"""What Weir sends through its own proxy: captured requests again, and tries.

They take a client's way: routed, given keys, captured, refused by the
same rules. `proxy/api/` asks for them.
"""
