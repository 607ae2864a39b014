"""The version, where the linkage unit can read it without reaching any other stage."""

__all__ = ["__version__"]

__version__ = "0.1.0.dev0"
