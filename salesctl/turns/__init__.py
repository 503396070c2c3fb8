"""How an answer came about: the turn with its prompt, steps, tools, verdicts and cost."""
