"""The project package: pages, live updates, composition root. Shows."""
