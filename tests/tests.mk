# How the tests are run.  A test is a file that prints TAP: tests/*/*.t (shell,
# with tests/tap.sh) or a cmocka program of tests/unit.

export BUILD
export LOSSPIPE_BIN = $(CURDIR)/$(BUILD)/bin
TESTS = $(wildcard tests/command/*.t tests/contract/*.t tests/house/*.t)

check: all $(UNIT) $(BUILD)/bench/checkkern
	CMOCKA_MESSAGE_OUTPUT=TAP prove -j2 -e '' $(UNIT) $(TESTS)

# The large golden values and data of ../shared.
check-golden: all $(UNIT)
	CMOCKA_MESSAGE_OUTPUT=TAP prove -e '' $(wildcard tests/golden/*.t)

.PHONY: check check-golden
