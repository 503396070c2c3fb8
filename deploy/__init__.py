"""What the platform is deployed with. Its tests are the only Python here."""
