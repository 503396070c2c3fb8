"""After how many counted messages (the customer's and the replies) each background job is due."""

SUMMARY_EVERY = 15
PROFILE_EVERY = 5


def crosses(every: int, before: int, after: int) -> bool:
    """Whether a count that went from `before` to `after` came to or past a multiple of `every`."""
    return after // every > before // every
