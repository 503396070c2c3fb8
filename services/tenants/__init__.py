"""Who the business is: profile, persona, settings, channel accounts and their secrets, and who works for it."""
