"""How the platform is deployed: images, compose, configuration."""
