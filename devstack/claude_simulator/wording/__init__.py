"""How things are said, in Hebrew, English, Russian and Arabic."""
