package system

import (
	"strings"
	"testing"

	"xbar/configs"
)

// A machine whose buffers do not hold what 32 vectors need has no law; one that
// holds it has as many points as it can.
func TestIntensityNeedsRoom(t *testing.T) {
	const study = `
inferences = 1
workload.kernel = [{ name = "k", L = 1, N = 1, M = 1 }]
machine = [{ name = "tpu", preset = "tpu-v1" }]
`
	for set, want := range map[string]struct {
		why    string
		points int
	}{
		"batch=1":                       {"", 12},
		"output_buffer.capacity=64 MiB": {"", 13},
		"output_buffer.capacity=57 KiB": {"", 6}, // twice 32 times 256 sums of 28 bits are 56 KiB
		"output_buffer.capacity=55 KiB": {"the partial sums of 32 vectors do not fit its output_buffer", 0},
		"input_buffer.capacity=64 KiB":  {"32 vectors of 4096 inputs do not fit its input_buffer", 0},
		"weight_buffer.capacity=64 KiB": {"half of weight_buffer does not hold the 65536 words of 8 bits", 0},
		"array.dataflow=os":             {"", 12},
	} {
		cfg, err := configs.Parse("study.toml", []byte(study), []string{"machine.tpu." + set}, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := newLawStudy(cfg)
		if err != nil {
			t.Fatal(err)
		}
		l, why := s.intensity()
		if !strings.Contains(why, want.why) || (why == "") != (want.why == "") || want.why == "" && len(l.xs) != want.points {
			t.Errorf("%s: %d points, %q", set, len(l.xs), why)
		}
	}
}
