"""The demo: nine messages of one customer over the real webhook path, shown and judged."""
