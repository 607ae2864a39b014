"""The agreement: what every party signs, and what the software follows."""
