"""Who the customer is: channel identities, profile, and where each fact came from."""
