package memory_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"xbar/digital/memory"
	"xbar/sim/model"
	"xbar/sim/model/modeltest"
	"xbar/sim/unit"
)

const kibibyte = 8192

func none(string) bool { return false }

func static(nm, kib float64, word int) *memory.Buffer {
	return &memory.Buffer{Model: "cacti", Capacity: unit.Bit(kib * kibibyte), Node: unit.Metre(nm * 1e-9), Flavour: "itrs-hp", Word: word}
}

func equal(t modeltest.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Abs(want) {
		t.Errorf("%s is %g, want %g", what, got, want)
	}
}

// The points are those of the fact base, computed by CACTI 7.
func TestPublishedPoints(t *testing.T) {
	lop := static(22, 64, 256)
	lop.Flavour = "itrs-lop"
	for _, test := range []struct {
		buffer                    *memory.Buffer
		readNJ, writeNJ, accessNS float64
		leakMW, areaMM2           float64
	}{
		{static(45, 2, 256), 0.00865074, 0.0117849, 0.218269, 2.61473, 0.015830529787},
		{static(32, 64, 256), 0.0278387, 0.0328153, 0.416821, 20.1453, 0.114402667852},
		{static(22, 256, 256), 0.0293589, 0.0311268, 0.586908, 39.1085, 0.278914835977},
		{static(22, 1024, 256), 0.0654952, 0.0672631, 1.11742, 156.434, 1.1089308699},
		{static(32, 8, 64), 0.00333234, 0.00391992, 0.214652, 2.99005, 0.014889130288},
		{static(45, 1024, 64), 0.0771867, 0.0639187, 1.93195, 1061.74, 3.5653985751},
		{lop, 0.00984274, 0.00956748, 0.644071, 13.675, 0.074756910195},
	} {
		b := test.buffer
		access, known := b.Access()
		if !known {
			t.Fatalf("%v: the time of an access is not known", *b)
		}
		word := float64(b.Word)
		for _, figure := range []struct {
			model.Figure
			want float64
		}{
			{b.Read(), test.readNJ * 1e-9 / word}, {b.Write(), test.writeNJ * 1e-9 / word}, {access, test.accessNS * 1e-9},
			{b.LeakageEach(none), test.leakMW * 1e-3}, {b.AreaEach(none), test.areaMM2 * 1e-6},
		} {
			modeltest.Check(t, figure.Figure)
			equal(t, figure.Name, figure.Value, figure.want, 1e-9)
			if w := figure.Warnings(); len(w) > 0 {
				t.Errorf("%s warns: %v", figure.Name, w)
			}
		}
		if err := b.Check(); err != nil {
			t.Errorf("%v: %v", *b, err)
		}
	}
}

func TestBetweenPoints(t *testing.T) {
	half := static(32, 128, 256).Read() // 128 KiB is half way from 64 to 256
	equal(t, "half way", half.Value, math.Sqrt(0.0278387*0.0549914)*1e-9/256, 1e-9)
}

func TestBeyondPoints(t *testing.T) {
	for _, kib := range []float64{0.25, 4096} {
		f := static(32, kib, 256).Read()
		modeltest.Check(t, f)
		if w := fmt.Sprint(f.Warnings()); !strings.Contains(w, "2 KiB to 1024 KiB") {
			t.Errorf("%g KiB warns %s", kib, w)
		}
	}
	big := static(32, 4096, 256).AreaEach(none)
	equal(t, "the last slope goes on", big.Value, 2.11784851914e-6*2.11784851914/0.58972120251, 1e-9)
}

func TestUnpublished(t *testing.T) {
	for _, test := range []struct {
		buffer *memory.Buffer
		want   string
	}{
		{static(28, 64, 256), "at 28 nm"},
		{static(32, 64, 128), "words of 128 bits"},
	} {
		err := test.buffer.Check()
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "22 nm with words of 64 bits") {
			t.Errorf("%v: %v, want %q", *test.buffer, err, test.want)
		}
		f := test.buffer.Read()
		modeltest.Check(t, f)
		if len(f.Warnings()) != 1 {
			t.Errorf("%v: warnings %v", *test.buffer, f.Warnings())
		}
	}
}

func TestEmbeddedDRAM(t *testing.T) {
	for _, test := range []struct {
		design             string
		kib                float64
		perBit, leak, area float64
		timed              bool
	}{
		{"isaac", 64, 2.0215e-12 / 8, 0, 0.083e-6, false},
		{"puma", 64, 17.2e-12 / 256, 0.46e-3, 0.086e-6, true},
		{"puma", 128, 25.35e-12 / 256, 0.77e-3, 0.121e-6, true},
	} {
		b := &memory.Buffer{Model: "edram", Capacity: unit.Bit(test.kib * kibibyte), Design: test.design}
		read, write, leak, area := b.Read(), b.Write(), b.LeakageEach(none), b.AreaEach(none)
		for _, f := range []model.Figure{read, write, leak, area} {
			modeltest.Check(t, f)
			if len(f.Warnings()) > 0 {
				t.Errorf("%s of %s warns: %v", f.Name, test.design, f.Warnings())
			}
		}
		equal(t, test.design+" read", read.Value, test.perBit, 1e-4)
		equal(t, test.design+" write", write.Value, test.perBit, 1e-4)
		equal(t, test.design+" leakage", leak.Value, test.leak, 1e-9)
		equal(t, test.design+" area", area.Value, test.area, 1e-9)
		if _, known := b.Access(); known != test.timed {
			t.Errorf("access of %s is known: %v", test.design, known)
		}
	}
	off := &memory.Buffer{Model: "edram", Capacity: 128 * kibibyte, Design: "isaac"}
	equal(t, "area of twice ISAAC's", off.AreaEach(none).Value, 2*0.083e-6, 1e-9)
	if len(off.Read().Warnings()) != 1 {
		t.Error("another capacity than ISAAC's is not doubted")
	}
}

func TestWrittenGoesFirst(t *testing.T) {
	b := static(32, 64, 256)
	b.Leakage, b.Area = 0, 5e-6
	written := func(key string) bool { return key == "leakage" || key == "area" }
	if b.LeakageEach(written).Value != 0 || b.AreaEach(written).Value != 5e-6 {
		t.Error("the model goes before what is written")
	}
	given := &memory.Buffer{Model: "given", Capacity: kibibyte, ReadEnergy: 1e-12, WriteEnergy: 2e-12, Leakage: 3, Area: 0}
	if given.Read().Value != 1e-12 || given.Write().Value != 2e-12 || given.LeakageEach(none).Value != 3 || given.Check() != nil {
		t.Error("what is given is not returned")
	}
}

func TestRegisters(t *testing.T) {
	b := &memory.Buffer{Model: "registers", Capacity: 16}
	for _, f := range []model.Figure{b.Read(), b.Write(), b.AreaEach(none)} {
		modeltest.Check(t, f)
	}
	equal(t, "write", b.Write().Value, 9e-15, 1e-9)
	equal(t, "area", b.AreaEach(none).Value, 16*5.98e-12, 1e-9)
}

func TestMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.SampledFrom([]int{64, 256}).Draw(t, "word")
		small := math.Exp(rapid.Float64Range(-10, 25).Draw(t, "log KiB"))
		large := small * rapid.Float64Range(1, 100).Draw(t, "more")
		nodes := []float64{22, 32, 45}
		i := rapid.IntRange(0, 2).Draw(t, "node")
		a, b := static(nodes[i], small, word), static(nodes[i], large, word)
		for _, pair := range [][2]model.Figure{{a.Read(), b.Read()}, {a.Write(), b.Write()}, {a.LeakageEach(none), b.LeakageEach(none)}, {a.AreaEach(none), b.AreaEach(none)}} {
			modeltest.Check(t, pair[0])
			if pair[0].Value > pair[1].Value*(1+1e-12) {
				t.Errorf("%s falls with capacity: %g, %g", pair[0].Name, pair[0].Value, pair[1].Value)
			}
		}
		inside := rapid.Float64Range(8, 1024).Draw(t, "KiB")
		if i > 0 && static(nodes[i-1], inside, word).Read().Value > static(nodes[i], inside, word).Read().Value {
			t.Errorf("a read at %g nm costs more than at %g nm", nodes[i-1], nodes[i])
		}
	})
}

func TestDRAM(t *testing.T) {
	for standard, want := range map[string]float64{
		"lpddr4": 8, "lpddr": 40, "ddr3": 70, "hbm2": 6.25, "hbm2-oconnor": 3.9, "hbm3": 4.05, "hbm4": 3.2,
		"timeloop": 12.5, "ucie-standard": 0.5, "ucie-advanced": 0.25,
	} {
		d := &memory.DRAM{Model: "standard", Standard: standard}
		for _, f := range []model.Figure{d.Read(), d.Write()} {
			modeltest.Check(t, f)
			equal(t, standard, f.Value, want*1e-12, 1e-12)
		}
	}
	d := &memory.DRAM{Model: "given", ReadEnergy: 1e-12, WriteEnergy: 2e-12}
	if d.Read().Value != 1e-12 || d.Write().Value != 2e-12 {
		t.Error("what is given is not returned")
	}
}

func ExampleBuffer_Read() {
	b := memory.Buffer{Model: "cacti", Capacity: unit.Must[unit.Bit]("100 KiB"), Node: 32e-9, Flavour: "itrs-hp", Word: 256}
	read := b.Read()
	word := read.Inputs[0].From
	fmt.Println(word.Symbols(), "=", word.Numbers(), "=", word.Result())
	fmt.Println(read.Symbols(), "=", read.Numbers(), "=", read.Result())
	// Output:
	// E = E₀·(n/n₀)^p = 27.8 pJ·(819 kbit/524 kbit)^0.491 = 34.7 pJ
	// e = E/w = 34.7 pJ/256 bit = 135 fJ/bit
}
