"""What all requests came to over a range of time: the first page."""
