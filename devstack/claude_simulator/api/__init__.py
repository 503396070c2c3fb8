"""The wire of the Messages API: what is accepted, how answers and errors look, what tokens are counted."""
