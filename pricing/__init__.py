"""Prices and quotes; knows no request and imports no other room. Values."""
