package signal_test

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"xbar/crossbar/parasitic"
	"xbar/crossbar/signal"
)

// folder is where reference cases are: testdata/README.md says what they are.
func folder() string {
	if f := os.Getenv("XBAR_REFERENCE"); f != "" {
		return f
	}
	return "testdata"
}

// reference is a case, and what its config says where that is not the default.
type reference struct {
	ID     string
	Matrix string
	Config options
	Y      [][]float64
	Margin float64 `json:"adc_margin"`
}

type options struct {
	Core          string          `json:"core"`
	BalancedStyle string          `json:"balanced_style"`
	OffsetStyle   string          `json:"offset_style"`
	SliceStyle    string          `json:"slice_style"`
	WeightBits    int             `json:"weight_bits"`
	NumSlices     int             `json:"num_slices"`
	CellBits      int             `json:"cell_bits"`
	GMin          float64         `json:"gmin"`
	InSigned      bool            `json:"in_signed"`
	DACModel      string          `json:"dac_model"`
	DACBits       int             `json:"dac_bits"`
	InSlice       int             `json:"in_slice"`
	ADCModel      string          `json:"adc_model"`
	ADCBits       int             `json:"adc_bits"`
	ADCRange      string          `json:"adc_range"`
	ADCLimits     json.RawMessage `json:"adc_limits"`
	ADCPerIBit    bool            `json:"adc_per_ibit"`
	ADCExtra      struct {
		GainDB    float64 `json:"gain_db"`
		Split     bool    `json:"split_cdac"`
		Symmetric bool    `json:"symmetric_cdac"`
	} `json:"adc_extra"`
	Interleaved bool     `json:"interleaved"`
	WMax        *float64 `json:"wmax"`
	Par         *struct {
		Topology string  `json:"topology"`
		Row      float64 `json:"rp_row"`
		Column   float64 `json:"rp_col"`
		Sense    float64 `json:"rp_col_term"`
	} `json:"par"`
	Inputs string `json:"inputs"`
}

// UnmarshalJSON starts from what is not written.
func (r *reference) UnmarshalJSON(data []byte) error {
	type plain reference
	p := plain{Config: options{
		Core: "balanced", BalancedStyle: "one_sided", OffsetStyle: "digital", SliceStyle: "balanced", InSigned: true,
		DACModel: "ideal", ADCModel: "ideal", ADCRange: "calibrated", Inputs: "X",
	}}
	p.Config.ADCExtra.GainDB, p.Config.ADCExtra.Split, p.Config.ADCExtra.Symmetric = 100, true, true
	if err := json.Unmarshal(data, &p); err != nil {
		return err
	}
	*r = reference(p)
	return nil
}

var names = map[string]string{
	"ideal": "ideal", "quantizer": "quantizer", "signmag": "sign-magnitude",
	"RampADC": "ramp", "SarADC": "sar", "PipelineADC": "pipeline", "CyclicADC": "cyclic",
	"calibrated": "limits", "max": "max", "granular": "granular",
}

func (o *options) config(t *testing.T) signal.Config {
	var c signal.Config
	c.Weights = signal.Weights{
		Encoding: "differential", TwoSided: o.BalancedStyle == "two_sided", UnitColumn: o.OffsetStyle == "unit_column",
		Bits: o.WeightBits, Slices: o.NumSlices, CellBits: o.CellBits, Lowest: o.GMin,
	}
	if o.Core == "offset" || o.Core == "bitsliced" && o.SliceStyle == "offset" {
		c.Weights.Encoding = "offset"
	}
	if o.WMax != nil {
		c.Weights.Largest = *o.WMax
	}
	c.Inputs = signal.Inputs{Signed: o.InSigned, Converter: names[o.DACModel], Bits: o.DACBits, SliceBits: o.InSlice}
	c.Output = signal.Output{
		Converter: names[o.ADCModel], Bits: o.ADCBits, Range: names[o.ADCRange], EachSlice: o.ADCPerIBit,
		GainDB: o.ADCExtra.GainDB, Split: o.ADCExtra.Split, Symmetric: o.ADCExtra.Symmetric,
	}
	c.Output.Limits = limits(t, o.ADCLimits)
	if c.Output.Converter == "ideal" {
		c.Output.Range = "max"
	}
	if o.Par != nil {
		c.Wires = signal.Wires{
			Wires:    parasitic.Wires{Row: o.Par.Row, Column: o.Par.Column, Sense: o.Par.Sense},
			Supplied: o.Par.Topology == "sep", Interleaved: o.Interleaved,
		}
	}
	return c
}

func limits(t *testing.T, raw json.RawMessage) (all [][2]float64) {
	if raw == nil {
		return nil
	}
	if json.Unmarshal(raw, &all) == nil {
		return all
	}
	var one [2]float64
	if err := json.Unmarshal(raw, &one); err != nil {
		t.Fatal(err)
	}
	return [][2]float64{one}
}

// matrices are what cases refer to.
type matrices struct {
	Den  float64
	Mats map[string]struct {
		Outputs int         `json:"n_out"`
		Rows    int         `json:"n_in"`
		Weights []float64   `json:"W_i"`
		Inputs  [][]float64 `json:"X_i"`
		Ternary [][]float64 `json:"XT_i"`
	}
}

func (m *matrices) weights(name string) *mat.Dense {
	of := m.Mats[name]
	w := mat.NewDense(of.Outputs, of.Rows, slices.Clone(of.Weights))
	w.Apply(func(_, _ int, v float64) float64 { return v / m.Den }, w)
	return mat.DenseCopyOf(w.T())
}

func (m *matrices) inputs(name, kind string) *mat.Dense {
	of, den := m.Mats[name], m.Den
	lines := of.Inputs
	if kind == "XT" || kind == "absXT" {
		lines, den = of.Ternary, 1
	}
	x := mat.NewDense(len(lines), of.Rows, slices.Concat(lines...))
	x.Apply(func(_, _ int, v float64) float64 {
		if kind == "absX" || kind == "absXT" {
			v = math.Abs(v)
		}
		return v / den
	}, x)
	return x
}

// TestReference reproduces CrossSim 3.2, case by case.
func TestReference(t *testing.T) {
	var m matrices
	read(t, filepath.Join(folder(), "matrices.json"), &m)
	files, err := filepath.Glob(filepath.Join(folder(), "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, file := range files {
		if filepath.Base(file) == "matrices.json" {
			continue
		}
		var group struct {
			Group string
			Cases []reference
		}
		read(t, file, &group)
		worst, flips := 0.0, 0
		for i := range group.Cases {
			off, flipped := group.Cases[i].check(t, &m)
			worst, flips = max(worst, off), flips+flipped
		}
		total += len(group.Cases)
		t.Logf("%s: %d cases, at most %.2g off, %d codes on a boundary", group.Group, len(group.Cases), worst, flips)
	}
	t.Logf("%d cases", total)
}

func read(t *testing.T, file string, into any) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
}

// check compares a case, and gives how far the worst output is off, in parts of the
// largest.
func (r *reference) check(t *testing.T, m *matrices) (worst float64, flipped int) {
	c := r.Config.config(t)
	a, err := c.Program(context.Background(), m.weights(r.Matrix))
	if err != nil {
		t.Errorf("%s: %v", r.ID, err)
		return
	}
	x := m.inputs(r.Matrix, r.Config.Inputs)
	y := a.Multiply(x)
	tolerance := 1e-6
	if r.Config.Par != nil {
		tolerance = 1e-8
	}
	large := 1e-6
	for _, line := range r.Y {
		for _, v := range line {
			large = max(large, math.Abs(v))
		}
	}
	for l, line := range r.Y {
		for o, want := range line {
			want = want*r.scale() + r.shift(&c.Weights, a.Largest(), x.RawRowView(l))
			if off := math.Abs(y.At(l, o)-want) / large; off > tolerance {
				flipped++
			} else {
				worst = max(worst, off)
			}
		}
	}
	if flipped > 0 && r.Margin >= 1e-3 {
		t.Errorf("%s: %d of %d outputs off; got %v, want %v", r.ID, flipped, len(r.Y)*len(r.Y[0]), y.RawRowView(0)[:3], r.Y[0][:3])
	}
	return worst, flipped
}

// scale is what the reference's outputs of offset cells with levels are low by.
func (r *reference) scale() float64 {
	if r.Config.Core != "offset" || r.Config.CellBits == 0 {
		return 1
	}
	levels := math.Exp2(float64(r.Config.CellBits))
	return (levels - 1) / (levels - 2)
}

// shift is what the reference takes off too much where slices hold more bits than
// weights have: its unit column has half of the top slice, and zero is less than that.
func (r *reference) shift(w *signal.Weights, largest float64, x []float64) float64 {
	if r.Config.NumSlices == 0 || r.Config.OffsetStyle != "unit_column" {
		return 0
	}
	bits := (w.Bits + w.Slices - 1) / w.Slices
	over := math.Exp2(float64(bits*w.Slices-1)) - math.Exp2(float64(w.Bits-1))
	return over * largest / (math.Exp2(float64(w.Bits-1)) - 1) * floats.Sum(x)
}
