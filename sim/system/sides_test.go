package system

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/configs"
)

// attending is a random chain of dynamic kernels around a static one, on a small chip
// with a digital side about as good as its arrays.
func attending(t *rapid.T, shapes int, minimize string) *job {
	var b strings.Builder
	b.WriteString("inferences = 1000\n[workload]\n[[workload.kernel]]\nname = \"static\"\nL = 4\nN = 100\nM = 60\n")
	for i := range shapes {
		fmt.Fprintf(&b, "[[workload.kernel]]\nname = \"d%d\"\nL = %d\nN = %d\nM = %d\ndynamic = true\nrepeat = %d\n", i,
			rapid.IntRange(1, 400).Draw(t, "L"), rapid.IntRange(1, 200).Draw(t, "N"), rapid.IntRange(1, 200).Draw(t, "M"), rapid.IntRange(1, 2).Draw(t, "repeat"))
	}
	fmt.Fprintf(&b, "[[machine]]\nname = \"m\"\npreset = \"reram-small\"\nminimize = %q\n[machine.chip]\ndynamic = \"auto\"\nreload = %q\ntiles = %d\n", minimize,
		rapid.SampledFrom([]string{"lru", "optimal"}).Draw(t, "reload"), rapid.IntRange(1, 8).Draw(t, "tiles"))
	fmt.Fprintf(&b, "[machine.digital]\npreset = \"macs-45nm\"\nrows = %d\ncols = %d\nenergy_per_mac = \"%d pJ\"\nleakage = \"%d nW\"\n",
		rapid.IntRange(1, 32).Draw(t, "rows"), rapid.IntRange(1, 32).Draw(t, "cols"), rapid.IntRange(0, 300).Draw(t, "pJ"), rapid.IntRange(0, 5000).Draw(t, "nW"))
	cfg, err := configs.Parse("study.toml", []byte(b.String()), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	work, err := newWorkload(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return &job{config: cfg, machine: &cfg.Machines[0], work: work, reference: newReference(work)}
}

// Of one or two shapes dynamic = "auto" finds the best of all assignments, and of more
// it is seldom far from it, by brute force.
func TestSidesAgainstBruteForce(t *testing.T) {
	runs, best, mixed, worst := 0, 0, 0, 1.0
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 4).Draw(t, "shapes")
		minimize := rapid.SampledFrom([]string{"energy", "latency", "energy-delay"}).Draw(t, "minimize")
		j := attending(t, n, minimize)
		first, _ := shapes(j.work.Kernels)
		choice, err := j.choose(context.Background(), 1)
		if err != nil {
			t.Fatal(err)
		}
		chosen, least := choice.Candidates[0].Measure(minimize), math.Inf(1)
		for mask := range sides(1) << len(first) {
			s := search{job: j, workers: 1, minimize: minimize}
			w := way{Candidate: choice.Candidates[0], sides: mask}
			if err := s.run(context.Background(), &w); err != nil {
				t.Fatal(err)
			}
			least = min(least, w.Measure(minimize))
		}
		runs++
		if n := len(strings.Fields(choice.Candidates[0].Digital)); n > 0 && n < len(first) {
			mixed++
		}
		if chosen == least {
			best++
			return
		}
		if len(first) < 3 {
			t.Fatalf("%d shapes: %g was chosen, %g is the least", len(first), chosen, least)
		}
		worst = max(worst, chosen/least)
	})
	t.Logf("of %d choices %d are the best, %d of both sides; the worst is %.4g times the best", runs, best, mixed, worst)
	if runs >= 100 && (best < runs*85/100 || worst > 1.25 || mixed < runs/20) {
		t.Errorf("of %d choices %d are the best, %d of both sides; the worst is %.4g times the best", runs, best, mixed, worst)
	}
}
