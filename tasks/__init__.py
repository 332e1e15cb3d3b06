"""The stages: one package of pure functions each, with thin Prefect tasks beside them."""
