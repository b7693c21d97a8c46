#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Build the documentation as a site, with mkdocs: build-docs.py [--build-dir build].

Gathers the pages in <build>/site-source: README.md as index.md, CONTRIBUTING.md, docs/, and the reference that
TableGen has written (target sdq-docs). Files of the repository that a page links to come along as text. Pages that
mkdocs.yml does not mention are added to its navigation: reference pages under "Reference", others under "More". A
link or an anchor that leads nowhere is an error.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")


def gather(source: Path, reference: Path) -> dict[Path, Path]:
    """Copy the pages; which file of the repository each is, by its place in the site."""
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source)
    origins = {page: ROOT / "docs" / page.relative_to(source) for page in source.rglob("*.md")}
    for name, target in (("README.md", "index.md"), ("CONTRIBUTING.md", "CONTRIBUTING.md")):
        shutil.copy(ROOT / name, source / target)
        origins[source / target] = ROOT / name
    pages = sorted(reference.glob("*.md"))
    if not pages:
        raise SystemExit(f"{reference}: expected the reference pages there: ninja -C {reference.parent} sdq-docs")
    (source / "reference").mkdir()
    for page in pages:
        title = page.stem.replace("Passes", " passes") if page.stem.endswith("Passes") else "The sdq dialect"
        text = re.sub(r"^\[TOC\]$|^<!--.*-->$", "", page.read_text(), flags=re.MULTILINE)
        (source / "reference" / page.name).write_text(f"# {title}\n\n{text}")
    return origins


def relink(source: Path, origins: dict[Path, Path]) -> None:
    """Point links to files of the repository at what stands for them in the site."""
    places = {origin: page for page, origin in origins.items()}
    for page, origin in origins.items():

        def replace(link: re.Match, page: Path = page, origin: Path = origin) -> str:
            before, path, anchor, after = link.groups()
            target = (origin.parent / path).resolve()
            if "://" in path or not target.is_file():
                return link[0]  # mkdocs complains of the latter
            if target not in places:
                inside = target.relative_to(ROOT)
                if inside.parts[0] == "docs":
                    return link[0]
                copied = source / "source" / f"{inside}.txt"
                copied.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(target, copied)
                places[target] = copied
            return f"{before}{os.path.relpath(places[target], page.parent)}{anchor or ''}{after}"

        page.write_text(LINK.sub(replace, page.read_text()))


def mentioned(nav: list | dict | str) -> set[str]:
    if isinstance(nav, str):
        return {nav}
    return set().union(*map(mentioned, nav.values() if isinstance(nav, dict) else nav))


def configure(source: Path, build: Path) -> Path:
    """mkdocs.yml with the folders of this build, and every page in its navigation."""
    configuration = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    configuration |= {"docs_dir": str(source), "site_dir": str(build / "site")}
    nav = configuration["nav"]
    missing = sorted({str(page.relative_to(source)) for page in source.rglob("*.md")} - mentioned(nav))
    reference = next(section["Reference"] for section in nav if "Reference" in section)
    reference += [page for page in missing if page.startswith("reference/")]
    if more := [page for page in missing if not page.startswith("reference/")]:
        nav.append({"More": more})
    path = build / "mkdocs.yml"
    path.write_text(yaml.safe_dump(configuration, sort_keys=False))
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build")
    build = parser.parse_args().build_dir.resolve()
    source = build / "site-source"
    relink(source, gather(source, build / "docs"))
    # --strict: what mkdocs warns of is an error.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(configure(source, build))]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout, end="")
    else:
        print(build / "site" / "index.html")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
