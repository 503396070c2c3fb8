"""Building and starting the images without Docker: each instruction of services/Dockerfile, in folders."""
