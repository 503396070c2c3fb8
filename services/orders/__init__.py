"""Catalog and orders in one transactional context, so that price and order commit together."""
