"""What a request says: its catalog, its context and the turns of its conversation. Nothing else is known."""
