"""Hardening: what is done to a filter once it is made, so that it says less.

One file for each, pure: filters in, filters out, nothing random but by a key. Every one costs
linkage quality, and measured (`docs/explanation/encodings.md`) none of them but deep diffusion
stops an attacker who knows some pairs. A filter of zeros, which stands for a record without
values, stays one.
"""
