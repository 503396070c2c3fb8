"""What the model can do: tool definitions, and their execution as calls on other services."""
