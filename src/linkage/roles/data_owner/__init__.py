"""The data owner: the list, the keys, the sealed package."""
