"""Weir's own HTTP/1.1 client: what leaves is what the client wrote, byte for byte."""
