"""Which classes of the contracts a service really builds: in code that its doors, handlers or jobs can come to."""

import ast
from collections import defaultdict
from pathlib import Path


def built_in(service: Path) -> set[str]:
    """The full names of what is called in code that something else uses, from the module level on; by names alone."""
    names = _Names()
    for file in service.rglob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        names.imported = _imports(tree)
        names.read(tree, "")
    return names.reached()


def _imports(tree: ast.AST) -> dict[str, str]:
    """By the name in this file, where it comes from."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


class _Names:
    """For each function, which names it uses and what it calls; functions and methods of one name count as one."""

    def __init__(self) -> None:
        self.imported: dict[str, str] = {}
        self._used: dict[str, set[str]] = defaultdict(set)
        self._called: dict[str, set[str]] = defaultdict(set)

    def read(self, node: ast.AST, inside: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                self._define(child, inside)
            elif not isinstance(child, ast.ImportFrom):
                self._note(child, inside)
                self.read(child, inside)

    def reached(self) -> set[str]:
        """What is called by module-level code or for the server, by what that uses, and so on."""
        reached, ahead = {"", "create_app"}, {"", "create_app"}
        while ahead:
            ahead = {name for one in ahead for name in self._used[one]} - reached
            reached |= ahead
        return {called for one in reached for called in self._called[one]}

    def _define(self, function: ast.FunctionDef | ast.AsyncFunctionDef, inside: str) -> None:
        # What is decorated is used by its decorator, and a method such as __call__ by the language.
        if function.decorator_list or function.name.startswith("__"):
            self._used[inside].add(function.name)
        self.read(function, function.name)

    def _note(self, node: ast.AST, inside: str) -> None:
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                self._used[inside].add(name)
            case ast.Call(func=ast.Name(id=name)):
                self._called[inside].add(self.imported.get(name, name))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)):
                self._called[inside].add(f"{self.imported.get(module, module)}.{name}")
