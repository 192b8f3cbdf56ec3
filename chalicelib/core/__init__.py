"""The pure core: no clock, no network, nothing but the standard library."""
