"""How Django's admin writes dates: as all of Weir does, and machines read them.

Named by the setting `FORMAT_MODULE_PATH`; Django looks below it for a folder of its
language with a module of formats.
"""

from __future__ import annotations
