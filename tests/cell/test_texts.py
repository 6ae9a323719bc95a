"""Texts: every code in every language with the same values, all the way from vision to the page."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import cell
import vision
from cell.alarms import CATALOGUE, alarm_text, reason_text
from cell.changeover import Step
from cell.config.hmi import HmiConfig
from cell.following import UNDER_WAY
from cell.hmi.commands import WHY_NOT_CHANGE, WHY_NOT_START, Command
from cell.hmi.components.counts import ENTRIES
from cell.hmi.components.recipe_form import REASONS
from cell.hmi.components.shapes import STATES
from cell.hmi.labels import labels
from cell.ledger.config import LedgerConfig
from cell.ledger.ledger import Ledger
from cell.phrases import (
    ENGLISH,
    after,
    bare,
    catalogue,
    for_ros,
    languages,
    read,
    render,
    say,
    tr,
    tr_or,
)
from cell.phrases import catalogue as catalogue_of
from cell.phrases import catalogue as _catalogue
from cell.recipe import RECIPES, Defect, load_recipe, rules
from robot.base import RobotMode
