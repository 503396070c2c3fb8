"""Do the tests notice when a guard is missing? Each guard is removed in turn, and a named test must fail."""
