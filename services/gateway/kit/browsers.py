"""Which browser a request names itself: enough for its owner to know it again in a list. Nothing is decided by it.

A user agent string claims to be all its forebears at once: of each list the first that it holds is the one.
"""

_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "FxiOS": "Firefox",
    "Firefox": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "Android": "Android",
    "iPhone": "an iPhone",
    "iPad": "an iPad",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS": "a Mac",
    "Linux": "Linux",
}


def browser_of(user_agent: str) -> str:
    """Such as "Firefox on Windows"; empty where it names none of the usual ones."""
    browser = next((name for word, name in _BROWSERS.items() if word in user_agent), "")
    system = next((name for word, name in _SYSTEMS.items() if word in user_agent), "")
    return f"{browser} on {system}" if browser and system else browser
