"""`make bench`: Weir measured against a direct connection and a peer."""
