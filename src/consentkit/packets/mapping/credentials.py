"""Degrees and licences behind the name of somebody who treats.

Guarantees: only what is known as one, or what the clinic states to be one, counts; what may be a name just as well,
since all of the cell is in capitals, does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_WORDS = """
    MD DO MBBS PhD PsyD EdD DSW DNP DrPH ScD DMin PharmD MPH MPA MBA MSc MSW MSSW MSN MS MA MEd MDiv EdS BA BS BSc BSW
    BSN AA ASW AMFT APCC
    RN LPN LVN NP FNP PNP APN APRN ARNP CNS CNP CRNP PA PA-C FNP-BC FNP-C ANP-BC AGNP PMHNP PMHNP-BC PMHCNS PMHCNS-BC
    LSW LMSW LGSW LBSW LCSW LCSW-A LCSWA LCSW-C LCSW-R LCSW-S LICSW LISW LISW-S LSCSW LMSW-C CSW CISW ACSW DCSW QCSW
    MFT LMFT LMFT-A LMFTA LMFT-S IMFT LIMFT LCMFT
    LPC LPC-A LPCA LPC-S LPC-MH LPC-MHSP LPCC LPCC-S LCPC LGPC LAPC LPCMH LMHC LMHCA LMHC-QS LCMHC LCMHCA LCMHCS LCMHP
    LMHP LIMHP PLMHP PLPC LPE LPA LPP LP LCP LEP HSP HSPP NCC NCSP CCMHC
    LADC LADC-I LCADC LCDC LICDC LCDP CADC CADC-I CADC-II CAC CAADC CASAC CSAC CSAC-A SAC LAC MAC LCAS LCAS-A CRC CDCA
    ABPP FAPA DFAPA FACP RPT RPT-S RBT BCBA BCBA-D BCaBA ATR ATR-BC LPAT LCAT MT-BC RDT R-DMT BC-DMT
    OT OTR OTD COTA PT DPT CCC-SLP SLP RD RDN LDN RPh CPRP CPS CPSS QMHP QMHP-A QMHP-C QMHA
"""
_KNOWN = frozenset(_WORDS.split())
"""As they are written in the field; also with points, as in Ph.D., and in capitals."""
_ALSO_NAMES = frozenset({"AA", "BA", "DO", "LAC", "LEP", "MA", "MAC", "PA", "PT", "SAC"})
"""Those that are names of people, too: Anh Do."""
_IN_CAPITALS = frozenset(one.upper() for one in _KNOWN)
_SHAPE = re.compile(r"[A-Z]{3,}[A-Z0-9-]*|[A-Z][a-z]{1,2}[A-Z]{1,2}")


def look_like_credentials(text: str) -> bool:
    """Whether each word has the shape of a degree or a licence: LCSW, Ph.D., phd. A name in capitals has it, too."""
    words = text.replace(",", " ").split()
    return bool(words) and all(
        _SHAPE.fullmatch(word) or _is_known(word) or may_be_credentials(word, is_shouted=False) for word in words
    )


def may_be_credentials(word: str, *, is_shouted: bool) -> bool:
    """Whether a word is a degree or a licence where capitals don't count, and not written as a name: phd, but not Do.

    Where all of the cell is in capitals, it may be one also if it may be a name just as well.
    """
    plain = word.replace(".", "")
    if plain.upper() in _ALSO_NAMES and plain != plain.lower():
        return is_shouted
    return plain.upper() in _IN_CAPITALS


def are_credentials(text: str, declared: Iterable[str], *, is_shouted: bool) -> bool:
    """Whether a text is nothing but degrees and licences.

    `declared` is what the clinic states to be one, and `is_shouted` whether all of the cell is in capitals.
    """
    stated = {_plain(one) for one in declared}
    if _plain(text) in stated:
        return True
    words = text.replace(",", " ").split()
    return bool(words) and all(
        _plain(word) in stated or (_is_known(word) and not (is_shouted and word in _ALSO_NAMES)) for word in words
    )


def _is_known(word: str) -> bool:
    plain = word.replace(".", "")
    return plain in _KNOWN or plain in _IN_CAPITALS


def _plain(text: str) -> str:
    return " ".join(text.replace(".", "").split()).casefold()
