"""SQLite as Django speaks it, but for what an upgrade looks through behind itself."""
