import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.property.machine import QueueMachine
from tests.support import Plain

# Twice what the profile in use says: 200 runs by default, more with `--hypothesis-profile=long`.
RANDOM_VERBS = settings(
    max_examples=settings().max_examples * 2,
    stateful_step_count=50,
    deadline=None,
    # Without `explain`, which takes minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.mark.property
@pytest.mark.timeout(600)
def test_any_sequence_of_verbs_does_what_the_plain_model_does(store_url: str, plain: Plain):
    class Machine(QueueMachine):
        def __init__(self) -> None:
            super().__init__(store_url, plain)

    run_state_machine_as_test(Machine, settings=RANDOM_VERBS)
