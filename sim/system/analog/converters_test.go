package analog

import (
	"context"
	"testing"

	"xbar/configs"
	"xbar/sim/workload"
)

// Tiles that are loaded now into one array and then into another have the converters of
// the one that they are in.
func TestTilesHaveTheConvertersOfTheirArray(t *testing.T) {
	cfg, err := configs.Parse("busy", []byte(busyStudy), []string{
		"machine.chip.crossbar.column_flip=false", "machine.chip.chip.reload=lru", "machine.chip.adc.offset_error=1", "machine.chip.dac.gain_error=0.01",
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	matrix := func(rows, cols int) workload.Matrix {
		return workload.Matrix{Rows: rows, Cols: cols, Data: make([]int32, rows*cols)}
	}
	w := &workload.Workload{
		Kernels: []workload.Kernel{{Name: "k", L: 1, N: 400, M: 40, InputBits: 8, WeightBits: 8, OutputBits: 32}},
		Values:  &workload.Values{Inputs: matrix(5, 400), Weights: []workload.Matrix{matrix(400, 40)}, Post: make([]workload.Requantize, 1)},
	}
	c, err := New(context.Background(), &cfg.Machines[0], w, Options{Batch: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	type tile struct{ kernel, number int }
	last, moved := map[tile]int{}, 0
	for i := range c.waves {
		p := &c.waves[i].plan
		for j, array := range p.Arrays {
			at := tile{p.Kernel, p.First + j}
			if before, known := last[at]; known && before != array {
				moved++
			}
			last[at] = array
		}
	}
	if moved == 0 {
		t.Fatal("no tile moves")
	}
	for at, array := range last {
		if on := c.values.ends.on[at.kernel][at.number]; on != array {
			t.Errorf("tile %d of kernel %d has the converters of array %d, and is in array %d", at.number, at.kernel, on, array)
		}
	}
	if n := len(c.values.ends.columns); n != 3 || len(c.values.ends.rows) != 3 {
		t.Errorf("%d arrays have converters, and the chip has 3", n)
	}
}
