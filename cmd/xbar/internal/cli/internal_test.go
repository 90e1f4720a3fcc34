package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"xbar/configs"
	"xbar/sim/system"
)

// A panic while a machine runs, on a goroutine of its own, ends in a message
// and exit code 1, not in a dump of goroutines.
func TestPanicOnAnotherGoroutine(t *testing.T) {
	study := &configs.Config{Inferences: 1, Machines: []configs.Machine{{Name: "broken", Kind: "analog", Clock: 1e9}}}
	study.Workload.Batch = 1
	study.Workload.Kernels = []configs.Kernel{{Name: "a", L: 1, N: 1, M: 1, InputBits: 8, WeightBits: 8, OutputBits: 8, Repeat: 1}}
	study.Machines[0].Crossbar.Encoding, study.Machines[0].Cell.Bits = "offset", 1
	study.Machines[0].DAC.Bits, study.Machines[0].Crossbar.Cols = 1, 8 // and no rows
	var stderr bytes.Buffer
	s := &session{stdout: &stderr, stderr: &stderr, quiet: true}
	_, err := s.simulate(context.Background(), &options{format: "text"}, study, "")
	if code := s.exit(err); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"xbar: machine broken: internal error: ", "divide by zero", "(at xbar/sim/mapping", "please report it"} {
		if !strings.Contains(stderr.String(), want) {
			t.Errorf("no %q in\n%s", want, &stderr)
		}
	}
	if strings.Contains(stderr.String(), "goroutine ") {
		t.Errorf("a dump:\n%s", &stderr)
	}
	// The laws run on goroutines of their own as well.
	study.Machines[0].DAC.Bits = 0
	_, err = system.Laws(context.Background(), study, system.Options{Workers: 2})
	stderr.Reset()
	if code := s.exit(err); code != exitFailed || !strings.Contains(stderr.String(), "internal error: ") {
		t.Errorf("laws: exit code %d, %s", code, &stderr)
	}
}

// A command can be pasted into a shell, whatever its arguments are.
func TestCommandLine(t *testing.T) {
	for text, want := range map[string]string{
		"chip.toml": "chip.toml", "machine.a.adc.bits=6": "machine.a.adc.bits=6", "größe.toml": "größe.toml",
		"": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$(rm -rf)": "'$(rm -rf)'", "k[0].L=1": "'k[0].L=1'", "*": "'*'", "a;b": "'a;b'", "~": "'~'",
	} {
		if got := quoted(text); got != want {
			t.Errorf("%q is quoted as %s, not %s", text, got, want)
		}
	}
	if got := commandLine("xbar report a.toml", flagged("--set", []string{"x=1", "y=a b"})); got != "xbar report a.toml --set x=1 --set 'y=a b'" {
		t.Errorf("a short line: %s", got)
	}
	long := strings.Repeat("x", 80)
	if got, want := commandLine("xbar report a.toml", flagged("--set", []string{long, "y=1"})), "xbar report a.toml \\\n    --set "+long+" \\\n    --set y=1"; got != want {
		t.Errorf("a long line: %s", got)
	}
}
