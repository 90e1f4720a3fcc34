package sweep

import (
	"context"
	"runtime/debug"
	"testing"
	"time"
)

// Studies of one kernel of 256×256 on one array: all components change, or two prices do.
const (
	allChange = "sampling = \"random\"\npoints = 10000\n" +
		"[[axis]]\nkey = \"machine.m.adc.resolution\"\nfrom = 4\nto = 12\n" +
		"[[axis]]\nkey = \"machine.m.cell.read_time\"\nfrom = \"1 ns\"\nto = \"100 ns\"\n" +
		"[[axis]]\nkey = \"machine.m.clock\"\nfrom = \"100 MHz\"\nto = \"900 MHz\"\n" +
		"[[axis]]\nkey = \"machine.m.crossbar.rows\"\nfrom = 128\nto = 512\n"
	pricesChange = "[[axis]]\nkey = \"machine.m.adc.energy_per_conversion\"\nfrom = \"1 pJ\"\nto = \"5 pJ\"\nsteps = 100\n" +
		"[[axis]]\nkey = \"machine.m.cell.read_energy\"\nfrom = \"1 fJ\"\nto = \"5 fJ\"\nsteps = 100\n"
)

func openBenchmark(b *testing.B, axes string) *Study {
	old := debug.SetGCPercent(Garbage)
	b.Cleanup(func() { debug.SetGCPercent(old) })
	base := "inferences = 1000000\n[[workload.kernel]]\nname = \"k\"\nL = 1\nN = 256\nM = 256\n" +
		"[[machine]]\nname = \"m\"\npreset = \"reram-small\"\n[machine.crossbar]\nrows = 256\ncols = 1024\n"
	s, err := Open(writeStudy(b, b.TempDir(), base, "base = \"base.toml\"\n"+axes), nil, "test")
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func BenchmarkPoint(b *testing.B) { benchmarkPoints(b, allChange) }
func BenchmarkPrice(b *testing.B) { benchmarkPoints(b, pricesChange) }

func benchmarkPoints(b *testing.B, axes string) {
	s := openBenchmark(b, axes)
	for i := 0; b.Loop(); i++ {
		if p := s.Point(context.Background(), int64(i)%s.Plan.Len()); p.Error != "" {
			b.Fatal(p.Error)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "points/s")
}

// BenchmarkWorkers has two workers do what one does, with their journals.
func BenchmarkWorkers(b *testing.B) {
	s := openBenchmark(b, allChange)
	s.Plan.n = 2000
	var took [2]time.Duration
	for b.Loop() {
		for i := range took {
			began := time.Now()
			if _, err := s.Run(context.Background(), Options{Dir: b.TempDir(), Workers: i + 1, Version: "test"}); err != nil {
				b.Fatal(err)
			}
			took[i] += time.Since(began)
		}
	}
	b.ReportMetric(took[0].Seconds()/took[1].Seconds(), "×one-worker")
}
