"""What things cost here: `make bench`. Figures and method stand in docs/performance.md."""
