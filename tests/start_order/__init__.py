"""What the test of start orders needs: the parts of a platform, each started by itself."""
