"""What the test of rolling restarts needs: customers who keep writing, and the books of what became of it."""
