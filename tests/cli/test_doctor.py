"""`tasuki doctor`."""

import valkey

from tests.cli.program import Program


def test_a_sound_store(tasuki: Program):
    tasuki("enqueue", "email").ok()
    result = tasuki("doctor")
    assert (result.out, result.err, result.code) == ("", "nothing is wrong\n", 0)
    assert tasuki("doctor", "--json").ok().json == {"findings": [], "mended": 0, "left": 0}


def test_what_is_broken_is_told_and_mended(tasuki: Program, plain: valkey.Valkey, namespace: str):
    id = int(tasuki("enqueue", "email").ok().out)
    plain.zrem(f"{{{namespace}:0}}:wait:email", f"A{id}")
    result = tasuki("doctor", code=1)
    assert f"nowhere: job {id}: in no queue" in result.out
    assert "`tasuki doctor --repair` sets it right" in result.err
    found = tasuki("doctor", "--json", code=1).json
    assert {"nowhere"} <= {finding["kind"] for finding in found["findings"]}
    repaired = tasuki("doctor", "--repair")
    assert repaired.err == "1 thing set right, 0 things still wrong\n"
    assert "waiting" in tasuki("show", str(id)).ok().out
    assert tasuki("doctor").err == "nothing is wrong\n"
