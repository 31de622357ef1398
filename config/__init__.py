"""The settings: the environment and a ``.env`` file, read once into one frozen object.

Not for what belongs to one list (its schedule, its topics): that is in the database.
"""

from config.reading import WrongSetting
from config.settings import Settings, read_settings

__all__ = ["Settings", "WrongSetting", "read_settings"]
