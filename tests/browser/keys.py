"""Somebody who has a keyboard and nothing else: finds each control by Tab, is seen to be there, and counts the keys."""

from dataclasses import dataclass

from playwright.async_api import Page

FURTHEST = 80
_FOCUSED = """() => {
  const e = document.activeElement;
  const set = e?.closest("fieldset")?.querySelector("legend");
  const name = e?.labels?.[0]?.innerText || e?.getAttribute("aria-label") || e?.innerText || "";
  const flat = (words) => (words || "").trim().replace(/\\s+/g, " ");
  return [flat(name), flat(set?.innerText)];
}"""
_IS_SEEN = """() => {
  const e = document.activeElement;
  const shown = e.labels?.[0] && getComputedStyle(e).opacity === "0" ? e.labels[0] : e;
  const box = shown.getBoundingClientRect(), style = getComputedStyle(e);
  const marked = [e, e.labels?.[0]].filter(Boolean).flatMap((one) => [null, "::before"].map((part) => {
    const its = getComputedStyle(one, part);
    return its.outlineStyle !== "none" || its.boxShadow !== "none";
  }));
  return marked.some(Boolean) && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
}"""
"""Something marks it as focused, and it stands in the window; a radio or box is drawn by its label."""


@dataclass
class Keys:
    """The keyboard of one page."""

    page: Page
    tabs: int = 0
    """How often Tab was pressed, with or without Shift."""
    presses: int = 0
    """How often another key was, one that does something; typed words are not counted."""

    async def to(self, name: str, *, within: str = "", back: bool = False) -> None:
        """Tab, or Shift and Tab, until the control of that name has the focus; `within` is how its legend begins."""
        found = []
        for _ in range(FURTHEST):
            await self.page.keyboard.press("Shift+Tab" if back else "Tab")
            self.tabs += 1
            focused, legend = await self.page.evaluate(_FOCUSED)
            found.append(focused)
            if focused.startswith(name) and legend.startswith(within):
                assert await self.page.evaluate(_IS_SEEN), f"{name!r} has the focus and is not seen to have it"
                return
        raise AssertionError(f"the keyboard does not reach {name!r}, only {found}")

    async def press(self, key: str) -> None:
        """One key that does something."""
        await self.page.keyboard.press(key)
        self.presses += 1

    async def enter(self, name: str) -> None:
        """Go to a link or a button and press Enter there."""
        await self.to(name)
        await self.press("Enter")

    async def follow(self, name: str) -> None:
        """The same for one that leads to another page, which is there then."""
        await self.to(name)
        async with self.page.expect_navigation():
            await self.press("Enter")

    async def type(self, words: str, *names: str, within: str = "") -> None:
        """Go to each of these fields and type the words, in the place of what stands there."""
        for name in names:
            await self.to(name, within=within)
            await self.page.keyboard.press("ControlOrMeta+a")
            await self.page.keyboard.type(words)
