"""Every reason that the solver gives has words and a next step, in both languages."""

import pytest

from logistics.domain.allocation import Reason
from logistics.domain.planning import next_action
from logistics.domain.procurement import NotBought
from logistics.exchange.report_texts import REPORT, TABLES
from solver.explain import CODES
from solver.relax import KINDS


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", CODES)
def test_every_cause_has_its_words(language, code):
    assert REPORT[language][f"cause.{code}"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", [*CODES, *KINDS])
def test_what_to_do_next_has_its_words(language, code):
    assert REPORT[language][f"action.{next_action(code)}"]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "code",
    ["errand-place-missing", "errand-place-unknown", "errand-due-too-soon", "zone-order"],
)
def test_what_leaves_an_errand_out_has_its_words_and_a_next_step(language, code):
    assert REPORT[language][f"cause.{code}"]
    assert REPORT[language][f"action.{next_action(code)}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_relaxation_that_helps_is_a_next_step(kind):
    assert next_action(kind) != "next-run"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_for_a_share_has_its_words(language, reason):
    assert TABLES[language][f"reason.{reason}"]


@pytest.mark.parametrize("reason", NotBought)
def test_what_buying_leaves_out_is_explained_when_it_is_shared(reason):
    assert Reason(reason.value)
