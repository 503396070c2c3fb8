"""The operator's command line: talk to an agent, look at what it did, fill and inspect a running platform."""
