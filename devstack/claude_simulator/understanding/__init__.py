"""What a customer's words mean: intents, products, quantities, dates, addresses, in he, en, ru and ar."""
