"""What events of other services change here: names of customers, orders of conversations, notices to customers."""
