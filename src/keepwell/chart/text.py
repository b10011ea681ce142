"""Names and numbers in the form in which they are compared and searched."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

# North American numbers have area code and exchange from 2 to 9; 000-000-0000 is what people type to get past a field.
_NANP = re.compile(r"\+1[2-9]\d{2}[2-9]\d{6}")
_NOT_LETTERS = re.compile(r"[^a-z0-9]+")


def fold(text: str) -> str:
    """Lower case without accents, each word after one blank: "O'Neil, SEÁN" is " oneil sean"."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    return "".join(f" {word}" for word in _NOT_LETTERS.split(plain) if word)


@lru_cache(maxsize=20_000)
def phone(written: str) -> tuple[str, str]:
    """(E.164, extension) of a number as somebody wrote it, or ("", "").

    Without a country code it is one of the United States. A number need not be in service, only one that could be:
    samples use 555 01xx, which nobody will ever have.
    """
    try:
        number = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        return "", ""
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    usable = _NANP.fullmatch(e164) if number.country_code == 1 else phonenumbers.is_possible_number(number)
    return (e164, number.extension or "") if usable else ("", "")
