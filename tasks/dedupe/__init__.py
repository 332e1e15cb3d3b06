"""Duplicates: fingerprints (for workers), resolution of all documents, differences between copies."""
