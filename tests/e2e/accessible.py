"""Pressing a program from outside, over the accessibility bus, as a screen reader's user would.

Everything is found by role and accessible name; everything waits by polling, nothing sleeps for a guessed
time. Needs a display, a session bus, and the system's python3-pyatspi.
"""
import subprocess
import sys
import time

import pyatspi

TIMEOUT = 30


class NotFound(AssertionError):
    pass


def wait_for(what, probe, timeout=TIMEOUT):
    """Polls `probe` until it returns something true; `what` names it in the failure."""
    end = time.monotonic() + timeout
    while True:
        try:
            value = probe()
        except Exception:  # an object may vanish between two calls of the bus
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise NotFound(f"waited {timeout} s in vain for {what}")
        time.sleep(0.05)


def application(name, timeout=TIMEOUT):
    def probe():
        pyatspi.Registry.getDesktop(0).clearCache()
        for app in pyatspi.Registry.getDesktop(0):
            if app is not None and app.name == name:
                return app
        return None
    return wait_for(f"the application {name}", probe, timeout)


def walk(node, depth=0):
    yield node
    if depth > 40:
        return
    try:
        children = list(node)
    except Exception:
        return
    for child in children:
        if child is not None:
            yield from walk(child, depth + 1)


def showing(node):
    states = node.getState()
    return states.contains(pyatspi.STATE_SHOWING) and states.contains(pyatspi.STATE_VISIBLE)


def matches(node, role, name):
    if role is not None and node.getRoleName() != role:
        return False
    if callable(name):
        return bool(name(node.name or ""))
    return name is None or node.name == name


def find(root, name, role=None, timeout=TIMEOUT, visible=True):
    """The first node under root with the accessible name (or the test on it) and the role."""
    def probe():
        for node in walk(root):
            try:
                if matches(node, role, name) and (not visible or showing(node)):
                    return node
            except Exception:
                continue
        return None
    return wait_for(f"{role or 'an object'} named {name!r}", probe, timeout)


def find_now(root, name, role=None):
    try:
        return find(root, name, role, timeout=0)
    except NotFound:
        return None


def enabled(node):
    return node.getState().contains(pyatspi.STATE_ENABLED)


def press(node, timeout=TIMEOUT):
    wait_for(f"{node.name!r} to become pressable", lambda: enabled(node), timeout)
    action = node.queryAction()
    names = [action.getName(i) for i in range(action.nActions)]
    for wanted in ("Press", "press", "Toggle", "toggle", "click"):
        if wanted in names:
            action.doAction(names.index(wanted))
            return
    raise NotFound(f"{node.name!r} has no action to press, only {names}")


def set_text(node, text):
    node.queryEditableText().setTextContents(text)


def text_of(node):
    try:
        return node.queryText().getText(0, -1)
    except NotImplementedError:
        return node.name or ""


def rows(table):
    return table.queryTable().nRows


def cell(table, row, column):
    return table.queryTable().getAccessibleAt(row, column)


def tree(root, limit=400, showing_only=False):
    """What is on the screen, for the message of a failed walk."""
    lines = []

    def show(node, depth):
        if len(lines) >= limit:
            return
        try:
            if showing_only and depth > 0 and not showing(node):
                return
            if node.getRoleName() not in ("filler", "panel") or node.name:
                lines.append("  " * depth + f"{node.getRoleName()}: {(node.name or '')[:80]!r}")
            for child in list(node)[:60]:
                if child is not None:
                    show(child, depth + 1)
        except Exception:
            return
    show(root, 0)
    return "\n".join(lines)


def key(*names):
    """Presses keys through the X server, where the window has the focus."""
    subprocess.run(["xdotool", "key", "--clearmodifiers", *names], check=True)


def screenshot(path):
    subprocess.run(["import", "-window", "root", str(path)], check=False, stderr=sys.stderr)
