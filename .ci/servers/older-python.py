"""Makes LocalEmu run on Python 3.10 and 3.11, which its metadata promises and some of its files break.

Takes type parameters out of classes and functions (PEP 695), puts annotations off (PEP 563) so that nobody asks for the
parameters' names, and takes warnings.deprecated from typing_extensions. What is left does what it did.
"""

import pathlib
import re
import sys

PARAMETERS = re.compile(r"^(\s*(?:class|def|async def)\s+\w+)\[[^\]\n]*\](?=[(:])", re.M)
ALIAS = re.compile(r"^type (\w+) = (.*)$", re.M)
FUTURE = "from __future__ import annotations\n"
DEPRECATED = "from warnings import deprecated"

root = pathlib.Path(sys.argv[1])
for path in sorted(root.rglob("*.py")):
    text = path.read_text(encoding="utf-8")
    try:
        compile(text, str(path), "exec")
        if DEPRECATED not in text:
            continue
    except SyntaxError:
        pass
    text = text.replace(DEPRECATED, "from typing_extensions import deprecated")
    text = PARAMETERS.sub(r"\1", text)
    text = ALIAS.sub(lambda m: f"{m[1]} = {m[2]!r}", text)
    if FUTURE not in text:
        text = FUTURE + text
    compile(text, str(path), "exec")
    path.write_text(text, encoding="utf-8")
