package configs

import (
	"strings"
	"testing"
)

// Adder trees do nothing that only charge can do: they would be charged for a
// part of their sums.
func TestAdderTreesSumNoCharge(t *testing.T) {
	const study = `
inferences = 1
[workload]
kernel = [{ name = "fc", L = 1, N = 64, M = 8 }]
[[machine]]
name = "d"
preset = "colonnade-2021"
`
	for set, want := range map[string]string{
		"machine.d.dac.phases=2":                     "accumulates input slices in the analog domain",
		`machine.d.adder_tree={ voltage = "0.9 V" }`: "a sum of several would be charged as one",
	} {
		_, err := Parse("study.toml", []byte(study), []string{set}, nil)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", set, err, want)
		}
	}
	if _, err := Parse("study.toml", []byte(study), []string{`machine.d.adder_tree.voltage="0.9 V"`, `machine.d.crossbar.analog_sum="none"`}, nil); err != nil {
		t.Error(err)
	}
}
