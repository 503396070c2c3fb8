"""The dashboard in a real browser, over the whole platform."""
