"""Speed, memory and quality, measured; the floors that must hold are in ``floors.json``."""
