"""How deeds are claimed in each language: one compiled pattern a language, whose group names say which deed."""
