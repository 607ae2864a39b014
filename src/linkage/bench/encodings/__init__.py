"""Encodings beside one another: what each gives away, and how well it links."""
