# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What is evaluated: recipes with options, by themselves or in experiments that have titles."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sdq.errors import SdqError

DENSE = "dense"
EXPERIMENT_KEYS = {"id", "title", "about", "runs", "choices"}
RUN_KEYS = {"recipe", "label", "options"}


@dataclass(frozen=True)
class Run:
    """A recipe to be compiled with options of sdq-compile.

    `recipe` is a name, or the content of a YAML recipe (then `is_yaml`); `label` is what tables call it.
    """

    label: str
    recipe: str
    is_yaml: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Experiment:
    """Runs that are compared with each other; `choices` items are asked besides, 0 for none."""

    id: str
    title: str
    about: str
    runs: tuple[Run, ...]
    choices: int = 0


DENSE_RUN = Run(DENSE, DENSE)


def run_of(text: str, options: tuple[str, ...] = (), label: str | None = None) -> Run:
    """A run of a recipe's name, or of a YAML file where the text ends in .yaml, .yml or .json."""
    if Path(text).suffix not in (".yaml", ".yml", ".json"):
        return Run(label or " ".join([text, *options]), text, False, options)
    try:
        content = Path(text).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SdqError(f"recipe {text}: {error}") from error
    return Run(label or " ".join([Path(text).stem, *options]), content, True, options)


def parse_recipes(arguments: list[str]) -> list[Run]:
    """Recipes as the command line has them: names, YAML files, commas between them, or .txt files of one a line."""
    texts: list[str] = []
    for argument in arguments:
        if argument.endswith(".txt"):
            try:
                lines = Path(argument).read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise SdqError(f"--recipes: {argument}: {error}") from error
            texts += [line.strip() for line in lines if line.strip() and not line.startswith("#")]
        else:
            texts += [text.strip() for text in argument.split(",") if text.strip()]
    if not texts:
        raise SdqError("--recipes: expected at least one")
    return [run_of(text) for text in texts]


def load_experiments(path: Path, only: list[str] | None) -> list[Experiment]:
    """The experiments in a YAML (or JSON) file, those with the ids in `only` if given.

    The file is a list of mappings: `id`, `title`, `about` (markdown), `choices`, and `runs`, a list of recipe names or
    of mappings `recipe`, `label` and `options`. A `recipe` is a name, a .yaml file beside this one, or a recipe as YAML
    (include/sdq/Recipe/ModelRecipe.h; what stands under its key `recipe` will do).
    """
    try:
        import yaml
    except ImportError as error:
        raise SdqError(f"--experiments needs the Python package PyYAML ({error})") from error
    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SdqError(f"{path}: {' '.join(str(error).split())}") from error
    experiments = [
        parse_experiment(entry, f"{path}: experiment {number}", path.parent)
        for number, entry in enumerate(expect(loaded, list, f"{path}"), 1)
    ]
    ids = [experiment.id for experiment in experiments]
    if duplicate := next((i for i in ids if ids.count(i) > 1), None):
        raise SdqError(f"{path}: expected every experiment to have an id of its own, found '{duplicate}' twice")
    for name in only or []:
        if name not in ids:
            raise SdqError(f"--only: expected some of {', '.join(ids)}, found '{name}'")
    return [experiment for experiment in experiments if not only or experiment.id in only]


def parse_experiment(value: Any, where: str, folder: Path) -> Experiment:
    entry = expect(value, dict, where)
    refuse_unknown(entry, EXPERIMENT_KEYS, where)
    for key in ("id", "title", "runs"):
        if key not in entry:
            raise SdqError(f"{where}: expected `{key}`")
    runs = tuple(
        parse_run(run, f"{where} ({entry['id']}), run {number}", folder)
        for number, run in enumerate(expect(entry["runs"], list, f"{where}: runs"), 1)
    )
    labels = [run.label for run in runs]
    if duplicate := next((label for label in labels if labels.count(label) > 1), None):
        raise SdqError(f"{where} ({entry['id']}): expected labels that differ, found '{duplicate}' twice")
    return Experiment(
        str(entry["id"]),
        str(entry["title"]),
        str(entry.get("about", "")).strip(),
        runs,
        expect(entry.get("choices", 0), int, f"{where}: choices"),
    )


def parse_run(value: Any, where: str, folder: Path) -> Run:
    if isinstance(value, str):
        value = {"recipe": value}
    entry = expect(value, dict, where)
    refuse_unknown(entry, RUN_KEYS, where)
    options = tuple(map(str, expect(entry.get("options", []), list, f"{where}: options")))
    recipe, label = entry.get("recipe"), entry.get("label")
    if isinstance(recipe, dict):
        if not label:
            raise SdqError(f"{where}: expected a `label` for a recipe that has no name")
        # JSON is YAML, and has one spelling only: the fingerprint depends on the meaning.
        content = recipe if "recipe" in recipe else {"recipe": recipe}
        return Run(str(label), json.dumps(content), True, options)
    recipe = expect(recipe, str, f"{where}: recipe")
    if (folder / recipe).suffix in (".yaml", ".yml", ".json"):
        recipe = str(folder / recipe)
    return run_of(recipe, options, label)


def expect(value: Any, kind: type, where: str) -> Any:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        words = {list: "a list", dict: "a mapping", str: "a text", int: "a whole number"}
        raise SdqError(f"{where}: expected {words[kind]}, found {value!r}")
    return value


def refuse_unknown(entry: dict, known: set[str], where: str) -> None:
    for key in entry:
        if key not in known:
            raise SdqError(f"{where}: expected keys {', '.join(sorted(known))}, found '{key}'")
