"""A made-up past of a tenant, as large as one wishes, written past the services straight into their tables."""
