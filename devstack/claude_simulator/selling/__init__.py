"""The salesperson: decides which tools to call and what to say, from what the request says alone."""
