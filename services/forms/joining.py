"""Several documents of the printer as one: their pages, bookmarks, and what a screen reader knows of them.

As a program it reads what `sent` makes of them and writes the one (`binder`).
"""

import io
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, String


def sent(documents: Sequence[bytes]) -> bytes:
    """A line of JSON with the size of each document, then the documents."""
    return json.dumps([len(each) for each in documents]).encode() + b"\n" + b"".join(documents)


def join(documents: Sequence[bytes]) -> bytes:
    """The first, whose title the whole has, with the others behind it: each is a part and a bookmark of its own.

    All are the printer's, so that what they have and what they have not is known: no links, no forms, no layers.
    """
    out = io.BytesIO()
    with ExitStack() as stack:
        whole, *parts = (stack.enter_context(pikepdf.open(io.BytesIO(each))) for each in documents)
        bookmarks = whole.Root.Outlines
        for number, part in enumerate(parts, start=1):
            _tell_apart(part, number, int(whole.Root.StructTreeRoot.ParentTreeNextKey))
            first = len(whole.pages)
            # Whatever is copied after its pages leads to them.
            whole.pages.extend(part.pages)
            _add_tags(whole, whole.copy_foreign(part.Root.StructTreeRoot))
            title = f"{number}. {part.docinfo['/Title']}"
            _add_bookmark(whole, bookmarks, title, whole.pages[first].obj, whole.copy_foreign(part.Root.Outlines))
        # The parts are read from where they came until here.
        whole.save(out, deterministic_id=True)
    return out.getvalue()


def _tell_apart(part: pikepdf.Pdf, number: int, first_key: int) -> None:
    """Keys and names that are a document's own are no other's in the whole."""
    for each in part.objects:
        if not isinstance(each, Dictionary):
            continue
        if "/StructParents" in each:
            each.StructParents = int(each.StructParents) + first_key
        if each.get("/Type") == Name.StructElem:
            _rename(each, f"{number}-")
    root = part.Root.StructTreeRoot
    keyed = {first_key + key: value for key, value in pikepdf.NumberTree(root.ParentTree).items()}
    root.ParentTree = Dictionary(Nums=Array([each for pair in keyed.items() for each in pair]))
    root.ParentTreeNextKey = first_key + int(root.ParentTreeNextKey)


def _rename(element: Object, before: str) -> None:
    """The name of a heading of a table, and where its cells say it."""
    if "/ID" in element:
        element.ID = String(before + str(element.ID))
    for attributes in element.get("/A", []):
        if "/Headers" in attributes:
            attributes.Headers = Array([String(before + str(each)) for each in attributes.Headers])


def _add_tags(whole: pikepdf.Pdf, tags: Object) -> None:
    """A document's tree of tags becomes a part of the whole's."""
    root = whole.Root.StructTreeRoot
    (document,) = root.K
    for part in tags.K:
        part.S, part.P = Name.Part, document
        document.K.append(part)
    for kind, standard in tags.get("/RoleMap", {}).items():
        root.RoleMap[kind] = standard
    known, keys = pikepdf.NumberTree(root.ParentTree), pikepdf.NumberTree(tags.ParentTree)
    for key, value in keys.items():
        known[key] = value
    root.ParentTreeNextKey = tags.ParentTreeNextKey
    names = pikepdf.NameTree(root.IDTree)
    for value in pikepdf.NameTree(tags.IDTree).values() if "/IDTree" in tags else ():
        names[str(value.ID)] = value


def _add_bookmark(whole: pikepdf.Pdf, bookmarks: Object, title: str, page: Object, headings: Object) -> None:
    """The document's own bookmarks stand under its title, folded."""
    children = []
    child = headings.get("/First")
    while child is not None:
        children.append(child)
        child = child.get("/Next")
    added = whole.make_indirect(Dictionary(Title=String(title), Parent=bookmarks, Dest=Array([page, Name.Fit])))
    for child in children:
        child.Parent = added
    if children:
        added.First, added.Last, added.Count = children[0], children[-1], -len(children)
    added.Prev = bookmarks.Last
    bookmarks.Last.Next = added
    bookmarks.Last = added
    bookmarks.Count = int(bookmarks.Count) + 1


if __name__ == "__main__":
    sizes = json.loads(sys.stdin.buffer.readline())
    sys.stdout.buffer.write(join([sys.stdin.buffer.read(size) for size in sizes]))
