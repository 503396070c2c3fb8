"""The words that show an intent, a file for each language."""
