"""Workers: what their authors write, and the daemon that runs them.

`from tasuki import worker` means the decorator for functions. Python binds that name to this
package as soon as it is imported, as it is in every runner, so the package can be called as well.
"""

import sys
from types import ModuleType
from typing import Any


class _Package(ModuleType):
    def __call__(self, *arguments: Any, **options: Any) -> Any:
        from tasuki.worker.worker import worker

        return worker(*arguments, **options)


sys.modules[__name__].__class__ = _Package
