"""Addresses: what is taken, and the sentence for what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.address import Address, AddressError
from policies.statements import quoted


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("10.84.0.18:9050", "10.84.0.18:9050"), (" 10.84.0.18:9050 ", "10.84.0.18:9050"), ("[fd00::18]:9050", "[fd00::18]:9050"),
     ("be-1.example.com:9050", "be-1.example.com:9050"), ("be_1:1", "be_1:1"), ("h:65535", "h:65535")],
)  # fmt: skip
def test_taken(typed: str, shown: str) -> None:
    assert str(Address.parse(typed)) == shown


@pytest.mark.parametrize(
    ("typed", "why"),
    [("10.84.0.18", "has no port"), ("10.84.0.18:", "not a port"), ("10.84.0.18:0", "out of range"), ("10.84.0.18:70000", "out of range"),
     ("10.84.0.300:9050", "not an IPv4"), ("fd00::18:9050", "brackets"), ("[fd00::18]9050", "IPv6"), ("h;drop:9050", "not a host"),
     ('h"--:9050', "not a host"), ("h:9050a", "not a port"), ("h:٣", "not a port"), ("x" * 300 + ":1", "not a host"), ("", "has no port")],
)  # fmt: skip
def test_refused_with_a_reason(typed: str, why: str) -> None:
    with pytest.raises(AddressError, match=why) as caught:
        Address.parse(typed)
    assert len(str(caught.value)) < 250


@given(st.text(max_size=80))
def test_whatever_is_taken_can_be_quoted(text: str) -> None:
    try:
        address = Address.parse(text)
    except AddressError:
        return
    assert quoted(address) == f'"{address}"'
    assert Address.parse(str(address)) == address
