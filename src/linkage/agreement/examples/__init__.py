"""Agreements to start from."""
