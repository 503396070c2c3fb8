"""What every edge that speaks HTTP needs: a listener, bounded bodies, and whether it can work."""
