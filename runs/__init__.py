"""What happened, and how it groups. Remembers."""
