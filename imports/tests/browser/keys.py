"""A person who has only a keyboard."""

STOP = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return null;
  const style = getComputedStyle(at);
  const box = at.getBoundingClientRect();
  const said = at.getAttribute("aria-label") || at.labels?.[0]?.innerText;
  const name = said || at.innerText || at.name;
  return {
    name: (name || at.id || at.localName).trim().replace(/\\s+/g, " ").slice(0, 80),
    outlined: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
    place: [...document.querySelectorAll("*")].indexOf(at),
    inDialog: at.closest("dialog") !== null,
  };
}"""


class Keys:
    """Tab, Shift+Tab, Enter, Space and arrows; wherever the focus goes, it must be seen."""

    def __init__(self, page):
        self.page = page
        self.unseen = []

    def press(self, *keys):
        for key in keys:
            self.page.keyboard.press(key)

    def here(self):
        """The control that has the focus, None for none."""
        stop = self.page.evaluate(STOP)
        if stop and not (stop["outlined"] and stop["seen"]):
            self.unseen.append(f"{self.page.url}: {stop['name']}")
        return stop

    def to(self, wanted, *, back=False, most=90):
        """Tab to a control; on the way the focus must go on in the order of the page."""
        passed = []
        for _ in range(most):
            self.press("Shift+Tab" if back else "Tab")
            stop = self.here()
            if wanted.evaluate("element => element === document.activeElement"):
                assert _in_order(passed, back=back), passed
                return
            passed.append((stop["place"], stop["name"]) if stop else (-1, "the window"))
        raise AssertionError(f"the focus never comes to {wanted}, only to {passed}")

    def stops(self, most=120):
        """All controls of the page, until the focus leaves it."""
        found = []
        for _ in range(most):
            self.press("Tab")
            stop = self.here()
            if stop is None:
                break
            found.append(stop["name"])
        return found


def _in_order(passed, *, back):
    places = [place for place, _ in passed if place >= 0]
    return places == sorted(places, reverse=back) or -1 in [place for place, _ in passed]
