"""Examples in the docstrings of the compiled part run and give what they say; types are as stated."""

import doctest
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import pleegprofiel as pp

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def documented():
    for name in pp.__all__:
        item = getattr(pp, name)
        if not (inspect.isclass(item) or callable(item)):
            continue
        yield name, item.__doc__
        if inspect.isclass(item) and (item.__module__ or "").startswith("pleegprofiel") and hasattr(item, "__dict__"):
            for member, value in vars(item).items():
                if not member.startswith("_"):
                    yield f"{name}.{member}", getattr(value, "__doc__", None)


def test_everything_public_is_documented():
    bare = [name for name, doc in documented() if not doc]
    assert not bare


WITH_EXAMPLES = [(name, doc) for name, doc in documented() if doc and ">>>" in doc]


@pytest.mark.parametrize(("name", "doc"), WITH_EXAMPLES, ids=[name for name, _ in WITH_EXAMPLES])
def test_examples_give_what_they_say(name, doc):
    test = doctest.DocTestParser().get_doctest(doc, {}, name, None, 0)
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    said = []
    runner.run(test, out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


def test_every_function_and_the_main_classes_have_an_example():
    wanted = {"fit", "choose", "select", "validate", "synthetic", "reference_model"}
    wanted |= {"Cohort", "Classifier", "Instrument", "Model"}
    assert wanted <= {name for name, _ in WITH_EXAMPLES}


def test_the_stubs_are_those_of_the_compiled_part(tmp_path):
    pytest.importorskip("mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "pleegprofiel", "--ignore-missing-stub", "--concise"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_program_with_types_is_checked(tmp_path):
    pytest.importorskip("mypy")
    good = tmp_path / "good.py"
    good.write_text(Path(__file__).with_name("typed_program.txt").read_text())
    bad = tmp_path / "bad.py"
    bad.write_text("import pleegprofiel as pp\npp.fit([[1]], groups='four', agse=(12, 13))\n")
    run = lambda file: subprocess.run(  # noqa: E731
        [sys.executable, "-m", "mypy", "--strict", str(file)], capture_output=True, text=True, cwd=tmp_path
    )
    assert run(good).returncode == 0, run(good).stdout
    assert 'Unexpected keyword argument "agse"' in run(bad).stdout
