"""How a due conversation is answered: claim, context, model, tools, truth, commit."""
