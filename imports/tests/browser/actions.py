"""How much somebody has to do."""


class Actions:
    """What somebody does with the mouse or the keyboard: each click, choice and typing is one."""

    def __init__(self):
        self.count = 0

    def click(self, control):
        self.count += 1
        control.click()

    def choose(self, control, label):
        self.count += 1
        control.select_option(label=label)

    def type(self, control, text):
        self.count += 1
        control.fill(text)
