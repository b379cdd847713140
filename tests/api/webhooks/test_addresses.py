"""Webhooks go to public addresses only: whatever a name says, and however often it is asked."""

import socket

import pytest

from api.webhooks.addresses import HostPrivate, HostUnknown, is_public, reachable


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",  # this machine
        "127.9.9.9",  # all of 127/8 is
        "0.0.0.0",  # noqa: S104  on Linux this machine, too
        "10.0.0.8",  # RFC 1918
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # link-local: a cloud's metadata
        "100.64.0.1",  # carrier-grade NAT
        "192.0.0.170",  # special purpose
        "198.18.0.1",  # benchmarks
        "203.0.113.9",  # documentation
        "224.0.0.1",  # multicast
        "240.0.0.1",  # reserved
        "255.255.255.255",  # broadcast
        "::1",
        "::",
        "fe80::1",  # link-local
        "fe80::1%eth0",  # and with its cable
        "fc00::1",  # unique local
        "fec0::1",  # site-local, of old
        "ff02::1",  # multicast
        "2001:db8::1",  # documentation
        "::ffff:127.0.0.1",  # IPv4 in IPv6
        "::ffff:10.0.0.8",
        "::127.0.0.1",  # the older way of it
        "64:ff9b::7f00:1",  # through a translator
        "64:ff9b:1::a00:8",
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2001:0:7f00:1::",  # Teredo
        "localhost",  # no address at all
        "2130706433",  # 127.0.0.1 as one number
    ],
)
def test_an_address_within_is_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "1.1.1.1",
        "47.96.0.1",  # a mainland cloud
        "240e::1",  # a mainland carrier
        "2606:4700:4700::1111",
        "::ffff:1.1.1.1",  # IPv4 in IPv6, public either way
        "64:ff9b::101:101",  # 1.1.1.1 through a translator
    ],
)
def test_an_address_of_the_internet_is_public(address):
    assert is_public(address)


def test_a_name_that_leads_inside_is_refused():
    # the system's own resolver: localhost is known without any network
    with pytest.raises(HostPrivate) as refused:
        reachable("localhost", 443)
    assert refused.value.facts["host"] == "localhost"


def test_a_name_that_leads_outside_and_inside_is_a_trap():
    with pytest.raises(HostPrivate):
        reachable("both.example", 443, resolve=lambda *_: ["1.1.1.1", "10.0.0.8"])


def test_a_name_that_rebinds_is_asked_once_and_the_judged_address_is_used():
    answers = [["1.1.1.1"], ["127.0.0.1"]]
    assert reachable("rebinds.example", 443, resolve=lambda *_: answers.pop(0)) == "1.1.1.1"
    assert answers == [["127.0.0.1"]]


def test_a_host_that_the_settings_allow_may_lie_inside():
    assert reachable("localhost", 443, ("localhost",)) in {"127.0.0.1", "::1"}


def test_allowing_one_host_allows_no_other():
    with pytest.raises(HostPrivate):
        reachable("127.0.0.1", 443, ("localhost",))


def test_a_name_that_leads_nowhere_is_said_so():
    def nothing(*_: object) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(HostUnknown):
        reachable("nowhere.example", 443, resolve=nothing)
