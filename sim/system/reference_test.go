package system_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"xbar/configs"
	"xbar/sim/system"
)

// folder is where reference cases are: testdata/crosssim/README.md says what they are.
func folder() string {
	if f := os.Getenv("XBAR_REFERENCE"); f != "" {
		return f
	}
	return "testdata/crosssim"
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

// onMachine is a machine of one array, and how its operands are rounded.
const onMachine = `
inferences = 1
allow_below_floor = true
[workload]
[[workload.kernel]]
name = "replaced"
L = 1
N = 1
M = 1
weight_bits = %[7]d
[[machine]]
name = "chip"
preset = "reram-small"
[machine.crossbar]
rows = %[1]d
cols = %[8]d
active_rows = %[1]d
column_flip = false
%[2]s[machine.cell]
bits = %[3]d
[machine.dac]
%[4]s[machine.adc]
per_array = 1
%[5]s[machine.devices]
on_conductance = "1 S"
%[6]s`

var names = map[string]string{
	"ideal": "ideal", "quantizer": "quantizer", "signmag": "symmetric",
	"RampADC": "ramp", "SarADC": "sar", "PipelineADC": "pipeline", "CyclicADC": "cyclic",
	"calibrated": "limits", "max": "max", "granular": "granular",
}

// study is the case as a user would write it.
func (o *options) study(t *testing.T, rows, outputs int) (text string, operands system.Operands) {
	var crossbar, dac, adc, devices strings.Builder
	operands = system.Operands{InputBits: max(o.DACBits, 2), WeightBits: max(o.WeightBits, 2), InputMax: 1}
	if o.WMax != nil {
		operands.WeightMax = *o.WMax
	}
	cellBits := o.crossbar(&crossbar)
	o.dac(&dac, &operands)
	o.adc(t, &adc)
	o.devices(&devices)
	return fmt.Sprintf(onMachine, rows, &crossbar, cellBits, &dac, &adc, &devices, operands.WeightBits, 2*(outputs+1)*max(1, o.NumSlices)), operands
}

func (o *options) crossbar(b *strings.Builder) (cellBits int) {
	encoding := "differential"
	if o.Core == "offset" || o.Core == "bitsliced" && o.SliceStyle == "offset" {
		encoding = "offset"
		fmt.Fprintf(b, "unit_column = %v\n", o.OffsetStyle == "unit_column")
	} else {
		fmt.Fprintf(b, "analog_sum = \"polarity\"\n")
	}
	layout := "apart"
	if o.Interleaved {
		layout = "interleaved"
	}
	fmt.Fprintf(b, "encoding = %q\ntwo_sided = %v\nlayout = %q\n", encoding, o.BalancedStyle == "two_sided", layout)
	switch {
	case o.NumSlices > 0:
		fmt.Fprintf(b, "slices = %d\n", o.NumSlices)
		return o.sliceBits(encoding)
	case o.CellBits > 0:
		fmt.Fprintf(b, "weights = \"levels\"\n")
		return o.CellBits
	}
	fmt.Fprintf(b, "weights = \"continuous\"\n")
	return 8
}

// sliceBits is B.
func (o *options) sliceBits(encoding string) int {
	bits := o.WeightBits
	if bits%o.NumSlices > 0 && encoding == "differential" {
		bits--
	}
	return (bits + o.NumSlices - 1) / o.NumSlices
}

func (o *options) dac(b *strings.Builder, operands *system.Operands) {
	bits := operands.InputBits
	if o.DACBits == 1 {
		bits, operands.InputBits = 1, 1
	}
	if o.InSigned {
		bits--
	}
	if o.InSlice > 0 {
		bits = o.InSlice
	}
	rounding := "codes"
	switch {
	case o.DACModel == "ideal":
		rounding = "none"
	case o.DACModel == "quantizer" && o.InSigned:
		rounding = "mid-rise"
	}
	phases := 1
	if o.ADCPerIBit {
		phases = 0
	}
	fmt.Fprintf(b, "bits = %d\nsigned_inputs = \"signed-digits\"\nrounding = %q\nphases = %d\n", bits, rounding, phases)
}

func (o *options) adc(t *testing.T, b *strings.Builder) {
	fmt.Fprintf(b, "circuit = %q\nresolution = %d\n", names[o.ADCModel], max(o.ADCBits, 1))
	if o.ADCModel == "ideal" {
		fmt.Fprintf(b, "range = \"max\"\n")
		return
	}
	fmt.Fprintf(b, "range = %q\ngain_db = %g\nsplit_capacitors = %v\nsymmetric_capacitors = %v\n",
		names[o.ADCRange], o.ADCExtra.GainDB, o.ADCExtra.Split, o.ADCExtra.Symmetric)
	if o.ADCRange == "calibrated" {
		var ends []string
		for _, l := range limits(t, o.ADCLimits) {
			ends = append(ends, fmt.Sprintf("%.17g, %.17g", l[0], l[1]))
		}
		fmt.Fprintf(b, "limits = [%s]\n", strings.Join(ends, ", "))
	}
}

func (o *options) devices(b *strings.Builder) {
	if o.GMin > 0 {
		fmt.Fprintf(b, "on_off_ratio = %.17g\n", 1/o.GMin)
	}
	if o.Par != nil {
		supply := "rows"
		if o.Par.Topology == "sep" {
			supply = "columns"
		}
		fmt.Fprintf(b, "supply = %q\nrow_resistance = \"%g ohm\"\ncolumn_resistance = \"%g ohm\"\nsense_resistance = \"%g ohm\"\n",
			supply, o.Par.Row, o.Par.Column, o.Par.Sense)
	}
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

// TestReference reproduces CrossSim 3.2, case by case, through what users run: a config,
// and its machine's product.
func TestReference(t *testing.T) {
	var m matrices
	readCases(t, filepath.Join(folder(), "matrices.json"), &m)
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
		readCases(t, file, &group)
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

func readCases(t *testing.T, file string, into any) {
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
	x, w := m.inputs(r.Matrix, r.Config.Inputs), m.weights(r.Matrix)
	rows, outputs := w.Dims()
	text, operands := r.Config.study(t, rows, outputs)
	operands.X, operands.W = x, w
	if operands.WeightMax == 0 {
		operands.WeightMax = max(mat.Max(w), -mat.Min(w))
	}
	cfg, err := configs.Parse(r.ID+".toml", []byte(text), nil, nil)
	if err != nil {
		t.Fatalf("%s: %v\n%s", r.ID, err, text)
	}
	p, err := system.Multiply(context.Background(), cfg, "", operands, system.Options{})
	if err != nil {
		t.Errorf("%s: %v", r.ID, err)
		return
	}
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
			want = want*r.scale() + r.shift(operands.WeightMax, x.RawRowView(l))
			off := math.Abs(p.Y.At(l, o)-want) / large
			if off > tolerance {
				flipped++
			}
			if code := r.code(t, rows, operands.WeightMax) / large; off > tolerance+code {
				t.Errorf("%s: output %d of %d is %g off, and a code of each conversion is %g", r.ID, o, l, off, code)
			}
			if off <= tolerance {
				worst = max(worst, off)
			}
		}
	}
	if flipped > 0 && r.Margin >= 1e-3 {
		t.Errorf("%s: %d of %d outputs off; got %v, want %v", r.ID, flipped, len(r.Y)*len(r.Y[0]), p.Y.RawRowView(0)[:3], r.Y[0][:3])
	}
	return worst, flipped
}

// code is what an output changes by when each of its conversions gives the next code.
func (r *reference) code(t *testing.T, rows int, largest float64) (y float64) {
	c := &r.Config
	if c.ADCModel == "ideal" {
		return 0
	}
	ranges := [][2]float64{{-2 * float64(rows), 2 * float64(rows)}} // of max, and more
	if c.ADCRange == "calibrated" {
		ranges = limits(t, c.ADCLimits)
	}
	swing := 1 - c.GMin
	for s := range max(1, c.NumSlices) {
		l := ranges[min(s, len(ranges)-1)]
		step := (l[1] - l[0]) / (math.Exp2(float64(c.ADCBits)) - 2) / swing * largest
		switch {
		case c.NumSlices > 0:
			bits := math.Ceil(float64(c.WeightBits) / float64(c.NumSlices))
			step *= math.Exp2(bits*float64(s)) * (math.Exp2(bits) - 1) / (math.Exp2(float64(c.WeightBits-1)) - 1)
		case c.Core == "offset":
			step *= 2 * r.scale()
		}
		y += step
	}
	if c.OffsetStyle == "unit_column" {
		y *= 2
	}
	if c.ADCPerIBit {
		y *= 2 // the shares of an input's slices are a little more than one together
	}
	return y
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
func (r *reference) shift(largest float64, x []float64) float64 {
	if r.Config.NumSlices == 0 || r.Config.OffsetStyle != "unit_column" {
		return 0
	}
	weight, slices := float64(r.Config.WeightBits), float64(r.Config.NumSlices)
	held := math.Ceil(weight/slices) * slices
	over := math.Exp2(held-1) - math.Exp2(weight-1)
	return over * largest / (math.Exp2(weight-1) - 1) * floats.Sum(x)
}
