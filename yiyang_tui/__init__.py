"""Top floor: what people see and type."""

import os

# Before the first import of Textual, wherever it comes from: Kitty's key reports turn one commit of a Chinese input
# method into dozens of stray keys.
os.environ["TEXTUAL_DISABLE_KITTY_KEY"] = "1"
