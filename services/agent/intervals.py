"""After how many counted messages (the customer's and the replies) each background job is due."""

SUMMARY_EVERY = 15
PROFILE_EVERY = 5
