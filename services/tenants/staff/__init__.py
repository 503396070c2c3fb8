"""Who works for the business, and how they prove it: keys, login codes and sessions."""
