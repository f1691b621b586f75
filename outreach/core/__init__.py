"""What is decided, without any input or output: terms, gate, zones, cadence, pacing, replies."""
