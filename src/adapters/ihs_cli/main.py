"""The `ihs` command."""

import click


@click.group()
@click.version_option(package_name="ihs-domain", prog_name="ihs")
def main() -> None:
    """Keep, judge and tell the record of in-home services."""
