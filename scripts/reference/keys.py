"""The page of the keys in the store, from what the code says of them."""

import inspect

import tasuki.store.keys as layout

HEAD = """# Keys

How a namespace lies in the store, in layout {version}. Made from `src/tasuki/store/keys.py` by
`make pages`. Read them, if you must, and leave the writing to Tasuki, whose scripts keep them in
step.

```
{{NAMESPACE:0}}:KEY
```

"""


def page() -> str:
    """The whole page."""
    text = inspect.cleandoc(layout.__doc__ or "")
    _, table, *rest = text.split("\n\n")
    return f"{HEAD.format(version=layout.LAYOUT)}```\n{inspect.cleandoc(table)}\n```\n\n" + (
        "\n\n".join(rest) + "\n"
    )
