"""Options that several commands share. The help of each is a catalogue key."""

from typing import Annotated

import typer

PassphraseFile = Annotated[
    str | None, typer.Option("--passphrase-file", metavar="FILE|-", help="cli.opt.passphrase_file")
]
CodeFile = Annotated[str | None, typer.Option("--code-file", metavar="FILE|-", help="cli.opt.code_file")]
Number = Annotated[str | None, typer.Option("--number", metavar="NUMBER", help="cli.opt.number")]
Json = Annotated[bool, typer.Option("--json", help="cli.opt.json")]
Laptop = Annotated[str | None, typer.Option("--laptop", metavar="NAME", help="cli.opt.laptop")]
CountyFolder = Annotated[str | None, typer.Option("--folder", metavar="DIR", help="cli.opt.folder")]
