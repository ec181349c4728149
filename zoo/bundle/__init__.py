"""Bundles: archives with a manifest, a bill of materials, and Debian packages."""
