"""The queue of replies to send."""
