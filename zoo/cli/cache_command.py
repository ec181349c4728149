"""zoo cache: inspect, check and clear the build cache."""

import sys
from pathlib import Path

import click

from zoo.cli.options import cache_option, json_option, open_cache
from zoo.cli.output import print_json, print_table
from zoo.counted import counted


@click.group()
def command() -> None:
    """Inspect, check and clear the build cache."""


@command.command("list")
@cache_option
@json_option
def list_entries(cache_folder: Path | None, as_json: bool) -> None:
    """List the cached results."""
    cache = open_cache(cache_folder)
    rows = [
        {"stage": stage, "key": folder.name[:12], "size_bytes": size_bytes}
        for folder, stage, size_bytes in cache.entries()
    ]
    if as_json:
        print_json({"folder": str(cache.folder), "results": rows})
    else:
        print_table(str(cache.folder), rows)


@command.command()
@cache_option
@json_option
def check(cache_folder: Path | None, as_json: bool) -> None:
    """Compare every cached file with what its stage wrote; exit with 1 if one differs."""
    damaged = [
        {"result": folder.name[:12], "file": name}
        for folder, name in open_cache(cache_folder).damaged()
    ]
    if as_json:
        print_json(damaged)
    elif damaged:
        print_table("Damaged; clear the cache with `zoo cache clear`", damaged)
    else:
        click.echo("all files are intact")
    sys.exit(1 if damaged else 0)


@command.command()
@cache_option
@json_option
def clear(cache_folder: Path | None, as_json: bool) -> None:
    """Remove all cached results."""
    cache = open_cache(cache_folder)
    count = cache.clear()
    if as_json:
        print_json({"folder": str(cache.folder), "removed": count})
    else:
        click.echo(f"{cache.folder}: {counted(count, 'result')} removed")
