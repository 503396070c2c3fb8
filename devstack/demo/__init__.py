"""The demo: ten steps of one customer over the real webhook path, shown and judged."""
