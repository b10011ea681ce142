"""Identify over whole exports without a database: DuckDB here, Spark past one machine."""
