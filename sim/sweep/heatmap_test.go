package sweep

import (
	"testing"

	"pgregory.net/rapid"
)

// A cell is the best of all points that have its two values and those that are pinned.
func TestHeatmapEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, computer := twoMachines(t, randomAxes(t))
		if len(s.Plan.groups) < 2 {
			t.Skip("one axis")
		}
		groups := rapid.Permutation([]int{0, 1, len(s.Plan.groups) - 1}).Draw(t, "axes")[:2]
		if groups[0] == groups[1] {
			groups = []int{1, 0}
		}
		f := randomCurves(t, len(s.Plan.axes))
		name := func(g int) string { return s.Plan.nameOf(g) }
		bound, err := s.Header.Constraint("a.energy_j < b.energy_j")
		if err != nil {
			t.Fatal(err)
		}
		pinned := rapid.IntRange(0, len(s.Plan.axes)-1).Draw(t, "pinned")
		value := Written(s.Plan.axes[pinned].At(0))
		pins, err := s.Plan.pins([]string{s.Plan.Names()[pinned] + "=" + value})
		if err != nil {
			t.Fatal(err)
		}
		m, err := s.NewHeatmap(quantity(t, s.Header, "a.energy_j"), []string{name(groups[0]), name(groups[1])}, []Constraint{bound}, pins)
		if err != nil {
			t.Fatal(err)
		}
		points := pointsOf(t, s, computer(f))
		for _, p := range points {
			m.Add(p)
		}
		g, err := s.Plan.groupOf(s.Plan.Names()[pinned])
		if err != nil {
			t.Fatal(err)
		}
		free := g == groups[0] || g == groups[1] // the map's own axes have all values
		x, y := s.Plan.groups[groups[0]][0], s.Plan.groups[groups[1]][0]
		for row := range m.Cells {
			for column := range m.Cells[row] {
				want := Cell{Point: -1}
				for _, p := range points {
					if p.Values[x] != s.Plan.axes[x].At(int64(column)) || p.Values[y] != s.Plan.axes[y].At(int64(row)) || !free && Written(p.Values[pinned]) != value {
						continue
					}
					want.Points++
					of := f(numbersOf(p.Values))
					switch {
					case of[0] == nil:
						want.Failed++
					case of[1] == nil || *of[0] >= *of[1]:
						want.Barred++
					case want.Value == nil || *of[0] < *want.Value:
						want.Value, want.Point = of[0], p.Point
					}
				}
				got := m.Cells[row][column]
				if got.Points != want.Points || got.Barred != want.Barred || got.Failed != want.Failed || got.Point != want.Point || (got.Value == nil) != (want.Value == nil) || got.Value != nil && *got.Value != *want.Value {
					t.Fatalf("cell %d, %d: %+v, want %+v", column, row, got, want)
				}
			}
		}
	})
}

// A label takes as many axes as it needs to tell values apart.
func TestLabels(t *testing.T) {
	s := openStudy(t, t.TempDir(), `
base = "base.toml"
[[axis]]
name = "a"
key = "workload.kernel[0].L"
values = [1, 1, 2, 2]
zip = "z"
[[axis]]
name = "b"
key = "workload.kernel[0].N"
values = [4, 4, 8, 8]
zip = "z"
[[axis]]
name = "c"
key = "workload.kernel[0].M"
values = [1, 2, 1, 2]
zip = "z"
`)
	l := s.Plan.label(0)
	if l.Name != "a · c" || l.Values[1] != "1 · 2" || l.Values[2] != "2 · 1" {
		t.Errorf("%+v", l)
	}
	for v, want := range map[any]string{3: "3", 1.0 / 3: "0.333333", "0.333333333333333 pJ": "0.333333 pJ", "8 pJ": "8 pJ", "pin a long word": "pin a long word"} {
		if got := Written(v); got != want {
			t.Errorf("%v is written %q, not %q", v, got, want)
		}
	}
}
