"""The outside edge: webhooks in, replies out, one adapter a channel; no database."""
