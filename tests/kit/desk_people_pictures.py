"""Pictures of what a clinician and an auditor see at the front desk: a text with its changes, and the journal.

    PYTHONPATH=tests python -m kit.desk_people_pictures                    writes those of the docs
    PYTHONPATH=tests python -m kit.desk_people_pictures --into /tmp/look

All people in them are invented, and the printer is a folder.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

import consentkit
from consentkit.operations.desk.users import DeskUser, add_user
from consentkit.operations.opening import settle
from consentkit.operations.packets import PacketOptions
from consentkit.resources import shipped
from consentkit.web.desk import Desk
from consentkit.web.passwords import new_password
from consentkit.web.request import DeskRequest
from consentkit.web.server import new_desk
from kit.desk import serving, set_up_printer
from kit.desk_pictures import IMAGES, take_picture
from kit.running import PROJECT, SAMPLE_CLINIC
