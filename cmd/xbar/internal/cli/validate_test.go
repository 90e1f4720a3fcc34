package cli

import (
	"bytes"
	"strings"
	"testing"

	"xbar/sim/validate"
)

// A figure that is off is named, and fails the command.
func TestVerdict(t *testing.T) {
	figure := validate.Figure{ID: "chip/adc", Published: 1e-12, Values: []validate.Value{
		{Simulated: 1.5e-12, Error: 0.5, Tolerance: 0.01, Verdict: validate.Off},
	}}
	result := &validate.Result{Rungs: []validate.Rung{{
		Columns: []validate.Column{{Name: "library"}},
		Tables:  []validate.Table{{Unit: "J", Figures: []validate.Figure{figure}}},
	}}}
	var stderr bytes.Buffer
	s := &session{stderr: &stderr}
	if code := s.exit(verdictOf(result)); code != exitFailed {
		t.Errorf("exit code %d", code)
	}
	const want = "chip/adc, library: simulated 1.5e-12 J, published 1e-12, off by +50.0% (tolerance 1%)"
	if !strings.Contains(stderr.String(), want) {
		t.Errorf("%q does not say %q", stderr.String(), want)
	}
	result.Rungs[0].Tables[0].Figures[0].Values[0].Verdict = validate.Accepted
	if err := verdictOf(result); err != nil {
		t.Errorf("an accepted deviation fails: %v", err)
	}
}
