"""Telling people and teams what became of an import: on a page, by mail, by webhook."""
