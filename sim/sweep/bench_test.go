package sweep

import (
	"context"
	"testing"
)

// BenchmarkPoint is a point of one kernel of 256×256 on one array, where all components
// change.
func BenchmarkPoint(b *testing.B) {
	benchmarkPoints(b, "sampling = \"random\"\npoints = 10000\n"+
		"[[axis]]\nkey = \"machine.m.adc.resolution\"\nfrom = 4\nto = 12\n"+
		"[[axis]]\nkey = \"machine.m.cell.read_time\"\nfrom = \"1 ns\"\nto = \"100 ns\"\n"+
		"[[axis]]\nkey = \"machine.m.clock\"\nfrom = \"100 MHz\"\nto = \"900 MHz\"\n"+
		"[[axis]]\nkey = \"machine.m.crossbar.rows\"\nfrom = 128\nto = 512\n")
}

// BenchmarkPrice is a point of the same at other prices.
func BenchmarkPrice(b *testing.B) {
	benchmarkPoints(b, "[[axis]]\nkey = \"machine.m.adc.energy_per_conversion\"\nfrom = \"1 pJ\"\nto = \"5 pJ\"\nsteps = 100\n"+
		"[[axis]]\nkey = \"machine.m.cell.read_energy\"\nfrom = \"1 fJ\"\nto = \"5 fJ\"\nsteps = 100\n")
}

func benchmarkPoints(b *testing.B, axes string) {
	dir := b.TempDir()
	file := writeStudy(b, dir, "inferences = 1000000\n[[workload.kernel]]\nname = \"k\"\nL = 1\nN = 256\nM = 256\n"+
		"[[machine]]\nname = \"m\"\npreset = \"reram-small\"\n[machine.crossbar]\nrows = 256\ncols = 1024\n", "base = \"base.toml\"\n"+axes)
	s, err := Open(file, nil, "test")
	if err != nil {
		b.Fatal(err)
	}
	failed := 0
	for i := 0; b.Loop(); i++ {
		if p := s.Point(context.Background(), int64(i)%s.Plan.Len()); p.Error != "" {
			failed++
			if failed < 3 {
				b.Log(p.Error)
			}
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
	if failed > b.N/2 {
		b.Errorf("%d of %d points failed", failed, b.N)
	}
}
