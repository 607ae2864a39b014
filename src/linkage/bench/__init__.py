"""What the demonstration and `benchmarks/` run: all roles played on data with known truth."""
