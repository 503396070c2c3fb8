"""The dashboard's edge: who may in, what the pages need in one answer, and what happens now; no database."""
