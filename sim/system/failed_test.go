package system_test

import (
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"

	"xbar/sim/system"
)

const failing = `
inferences = 1
[[workload.kernel]]
name = "fc"
L = 1000
N = 512
M = 512
[[machine]]
name = "first"
preset = "scalar-45nm"
[[machine]]
name = "small"
preset = "reram-small"
[machine.chip]
tiles = 1
execution = "pipeline"
[[machine]]
name = "last"
preset = "systolic-45nm"
`

func asJSON(t *testing.T, r *system.Result) string {
	t.Helper()
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A machine that fails takes nothing from the others: their results are those of a
// study without it.
func TestOneMachineFails(t *testing.T) {
	for _, workers := range []int{1, 3} {
		got, err := system.Run(context.Background(), parse(t, failing), system.Options{Workers: workers})
		if err == nil || !strings.HasPrefix(err.Error(), `machine small: chip.execution = "pipeline" keeps all weights in place`) {
			t.Fatalf("%v", err)
		}
		before, rest, _ := strings.Cut(failing, "[[machine]]\nname = \"small\"")
		_, after, _ := strings.Cut(rest, "[[machine]]")
		want, err := system.Run(context.Background(), parse(t, before+"[[machine]]"+after), system.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Failed) != 1 || got.Failed[0].Name != "small" || got.Failed[0].Kind != "analog" {
			t.Errorf("failed: %+v", got.Failed)
		}
		got.Failed = nil
		if asJSON(t, got) != asJSON(t, want) {
			t.Errorf("%d workers: the machines that ran give other results than without the one that failed", workers)
		}
	}
}

// What had finished when a run is interrupted is there.
func TestInterruptedRunKeepsWhatRan(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	got, err := system.Run(ctx, parse(t, failing+"[[machine]]\nname = \"never\"\npreset = \"scalar-45nm\"\n"), system.Options{
		Progress: func(done, total float64, what string) {
			if what == "last" {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) || got == nil || len(got.Machines) == 0 || got.Machines[0].Name != "first" {
		t.Fatalf("%v, %+v", err, got)
	}
	if last := got.Failed[len(got.Failed)-1]; last.Name != "never" || last.Error != "interrupted" {
		t.Errorf("%+v", got.Failed)
	}
}

// What is explained beside a result is what Explain says of the machines that ran.
func TestRunExplained(t *testing.T) {
	result, explained, err := system.RunExplained(context.Background(), parse(t, failing), system.Options{Workers: 2})
	if err == nil || len(result.Failed) != 1 || len(explained.Machines) != len(result.Machines) {
		t.Fatalf("%v: %d machines, %d explained", err, len(result.Machines), len(explained.Machines))
	}
	before, rest, _ := strings.Cut(failing, "[[machine]]\nname = \"small\"")
	_, after, _ := strings.Cut(rest, "[[machine]]")
	without := before + "[[machine]]" + after
	want, err := system.Explain(context.Background(), parse(t, without), "", system.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// Places in the file follow from the lines above them.
	places := regexp.MustCompile(`:[0-9]+:[0-9]+"`)
	asText := func(e *system.Explanation) string {
		out, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return places.ReplaceAllString(string(out), `"`)
	}
	if asText(explained) != asText(want) {
		t.Error("the machines that ran are explained in another way than without the one that failed")
	}
	same, err := system.Run(context.Background(), parse(t, failing), system.Options{})
	if err == nil || asJSON(t, result) != asJSON(t, same) {
		t.Error("the result is not that of Run")
	}
}
