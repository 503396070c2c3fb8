"""Who is at work: login, the session cookie, and what every request must prove."""
