package figure_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/sim/report/figure"
)

var reference = figure.Measured{Accuracy: 91, Low: 90, High: 92, Caption: "exact integers"}

func accuracyPanels() []figure.AccuracyPanel {
	points := []figure.Measured{{X: 1, Accuracy: 60, Low: 40, High: 75, EnergyJ: 2e-6}, {X: 1000, Accuracy: 90, Low: 85, High: 94, EnergyJ: 4e-6}}
	one := []figure.AccuracySeries{{Name: "one way", Points: points}}
	return []figure.AccuracyPanel{
		{X: "rows (many)", Series: one}, {X: "bits", Linear: true, Series: one},
		{X: "ohms", Series: slices.Concat(one, []figure.AccuracySeries{{Name: "another way", Colour: 1, Points: points}})},
		{X: "seconds", Series: one}, {X: "ratio", Series: one},
	}
}

func drawAccuracy(path string) error { return figure.Accuracy(accuracyPanels(), reference, path) }

func TestAccuracySaysWhatItShows(t *testing.T) {
	svg := string(drawn(t, "accuracy.svg", drawAccuracy))
	for _, text := range []string{"rows (many)", "bits", "ohms", "seconds", "ratio", "one way", "another way", "exact integers", "accuracy (%)", "energy of an image (µJ)", ">1k<"} {
		if !strings.Contains(svg, text) {
			t.Errorf("nothing says %q", text)
		}
	}
	if again := drawn(t, "accuracy.svg", drawAccuracy); !bytes.Equal(again, []byte(svg)) {
		t.Error("drawn twice, it differs")
	}
}

func TestFrontSaysWhatItShows(t *testing.T) {
	points := []figure.Measured{
		{Accuracy: 80, Low: 75, High: 84, EnergyJ: 1e-6, Group: "cells of 1 bit", Caption: "cheap"},
		{Accuracy: 79, Low: 75, High: 84, EnergyJ: 2e-6, Group: "cells of 1 bit", Caption: "beaten"},
		{Accuracy: 90, Low: 88, High: 92, EnergyJ: 3e-6, Group: "cells of 2 bits", Caption: "good"},
	}
	svg := string(drawn(t, "front.svg", func(path string) error { return figure.Front(points, reference, path) }))
	for _, text := range []string{"cheap", "good", "cells of 1 bit", "cells of 2 bits", "exact integers"} {
		if !strings.Contains(svg, text) {
			t.Errorf("nothing says %q", text)
		}
	}
	if strings.Contains(svg, "beaten") {
		t.Error("a caption of a chip that is not on the front")
	}
}

func TestNothingToDraw(t *testing.T) {
	path := t.TempDir() + "/x.svg"
	if figure.Accuracy(nil, reference, path) == nil || figure.Front(nil, reference, path) == nil {
		t.Error("no error")
	}
	panels := []figure.AccuracyPanel{{X: "zero", Series: []figure.AccuracySeries{{Points: []figure.Measured{{X: 0}}}}}}
	if err := figure.Accuracy(panels, reference, path); err == nil || !strings.Contains(err.Error(), `"zero" has a point at 0`) {
		t.Error(err)
	}
}

// A point is on the front unless another takes no more energy and is no less accurate,
// and is better in one.
func TestBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		small := rapid.IntRange(0, 6)
		points := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) figure.Measured {
			return figure.Measured{Accuracy: float64(small.Draw(t, "accuracy")), EnergyJ: float64(small.Draw(t, "energy"))}
		}), 1, 12).Draw(t, "points")
		front := figure.Best(points)
		for _, p := range points {
			beaten := slices.ContainsFunc(points, func(q figure.Measured) bool {
				return q.EnergyJ <= p.EnergyJ && q.Accuracy >= p.Accuracy && (q.EnergyJ < p.EnergyJ || q.Accuracy > p.Accuracy)
			})
			on := slices.ContainsFunc(front, func(q figure.Measured) bool { return q.EnergyJ == p.EnergyJ && q.Accuracy == p.Accuracy })
			if on == beaten {
				t.Fatalf("%+v is on the front: %v, beaten: %v", p, on, beaten)
			}
		}
	})
}
