"""The Prefect flow and the command line."""
