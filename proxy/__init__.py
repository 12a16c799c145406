"""The data plane: from a client's bytes to the upstream and back. Forwards."""
