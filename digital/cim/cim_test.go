package cim_test

import (
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/cim"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
)

// counted builds the tree: operands meet in pairs, each pair in an adder as wide
// as the wider one, whose sum has a bit more; one without a partner goes up as
// if it had met nothing.
func counted(rows, operand int) (adders int) {
	widths := make([]int, rows)
	for i := range widths {
		widths[i] = operand
	}
	for len(widths) > 1 {
		var next []int
		for i := 0; i+1 < len(widths); i += 2 {
			adders += max(widths[i], widths[i+1])
			next = append(next, max(widths[i], widths[i+1])+1)
		}
		if len(widths)%2 == 1 {
			next = append(next, widths[len(widths)-1]+1)
		}
		widths = next
	}
	return adders
}

func TestFullAdders(t *testing.T) {
	if n := cim.FullAdders(32, 9); n != 16*9+8*10+4*11+2*12+13 {
		t.Errorf("a tree of 32 operands of 9 bits has %d full adders", n)
	}
	rapid.Check(t, func(t *rapid.T) {
		rows, operand := rapid.IntRange(1, 300).Draw(t, "rows"), rapid.IntRange(1, 12).Draw(t, "bits")
		if got, want := cim.FullAdders(rows, operand), counted(rows, operand); got != want {
			t.Fatalf("%d rows of %d bits: %d full adders, counted %d", rows, operand, got, want)
		}
	})
}

func TestFiguresAreSound(t *testing.T) {
	never := func(string) bool { return false }
	rapid.Check(t, func(t *rapid.T) {
		rows := model.Input{Symbol: "R", Value: float64(int(1) << rapid.IntRange(0, 10).Draw(t, "levels")), Key: "crossbar.rows"}
		operand := model.Input{Symbol: "b", Value: float64(rapid.IntRange(1, 12).Draw(t, "bits")), Key: "cell.bits"}
		for _, tree := range []cim.AdderTree{
			{Model: "gates", Voltage: 0.9, Toggle: 0.5, Latency: 1e-9, Interval: 5e-10},
			{Model: "given", EnergyPerSum: 1e-12, Latency: 1e-9, Area: 1e-12},
		} {
			for _, f := range []model.Figure{tree.Sum(rows, operand), tree.AreaEach(rows, operand, never), tree.Time(), tree.Every()} {
				modeltest.Check(t, f)
			}
		}
	})
}
