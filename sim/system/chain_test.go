package system_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
	"pgregory.net/rapid"

	"xbar/configs"
	"xbar/digital/kernel"
	"xbar/sim/system"
	"xbar/sim/workload"
	"xbar/sim/workload/idx"
)

// image is numbers of channels of rows and columns, channel by channel.
type image[T int64 | float64] struct {
	channels, rows, cols int
	x                    []T
}

func newImage[T int64 | float64](channels, rows, cols int) image[T] {
	return image[T]{channels, rows, cols, make([]T, channels*rows*cols)}
}

// at is a pixel, and whether it is none of the padding.
func (m *image[T]) at(c, i, j int) (T, bool) {
	if i < 0 || j < 0 || i >= m.rows || j >= m.cols {
		return 0, false
	}
	return m.x[(c*m.rows+i)*m.cols+j], true
}

// step is an operator of a small network, as its definition has it.
type step struct {
	operator               string // Conv, Relu, Clip, MaxPool, AveragePool, GlobalAveragePool, Flatten, Gemm
	k, stride, dilation    int
	pads                   [4]int // top, left, bottom, right
	groups, m              int
	padded, ceil, transB   bool
	weights, bias          []float32
	rows, cols, inChannels int // of what it takes
}

// out is how many windows there are along a side of so many places.
func (s *step) out(size, before, after int) int {
	room := size + before + after - ((s.k-1)*s.dilation + 1)
	if room < 0 {
		return 0
	}
	n := room/s.stride + 1
	if s.ceil && room%s.stride > 0 && n*s.stride < size+before { // one more begins in the image
		n++
	}
	return n
}

// rules are how a kind of numbers goes through a step: its weights, what becomes of a
// sum of an output channel, and means.
type rules[T int64 | float64] struct {
	weight func(i int) T
	post   func(channel int, sum T) T
	mean   func(sum T, n int) T
}

// direct applies a step by the definition of its operator.
func (r rules[T]) direct(s *step, in image[T]) image[T] {
	switch s.operator {
	case "Flatten":
		return image[T]{len(in.x), 1, 1, in.x}
	case "Gemm":
		return r.gemm(s, in.x)
	case "GlobalAveragePool":
		out := newImage[T](in.channels, 1, 1)
		places := in.rows * in.cols
		for c := range out.x {
			var sum T
			for _, x := range in.x[c*places:][:places] {
				sum += x
			}
			out.x[c] = r.mean(sum, places)
		}
		return out
	}
	channels, output := in.channels, r.pooled
	if s.operator == "Conv" {
		channels, output = s.m, r.convolved
	}
	out := newImage[T](channels, s.out(in.rows, s.pads[0], s.pads[2]), s.out(in.cols, s.pads[1], s.pads[3]))
	for c := range channels {
		for i := range out.rows {
			for j := range out.cols {
				out.x[(c*out.rows+i)*out.cols+j] = output(s, &in, c, i, j)
			}
		}
	}
	return out
}

func (r rules[T]) gemm(s *step, in []T) image[T] {
	out := newImage[T](s.m, 1, 1)
	for j := range out.x {
		var sum T
		for i, x := range in {
			at := i*s.m + j
			if s.transB {
				at = j*len(in) + i
			}
			sum += x * r.weight(at)
		}
		out.x[j] = r.post(j, sum)
	}
	return out
}

// tap is what place a, b of the filter lies on, for window i, j.
func (s *step) tap(i, j, a, b int) (row, col int) {
	return i*s.stride - s.pads[0] + a*s.dilation, j*s.stride - s.pads[1] + b*s.dilation
}

// convolved is output channel c of a window, of the channels of its group.
func (r rules[T]) convolved(s *step, in *image[T], c, i, j int) T {
	part := in.channels / s.groups
	first := c / (s.m / s.groups) * part
	var sum T
	for from := range part {
		for a := range s.k {
			for b := range s.k {
				row, col := s.tap(i, j, a, b)
				x, _ := in.at(first+from, row, col)
				sum += x * r.weight(((c*part+from)*s.k+a)*s.k+b)
			}
		}
	}
	return r.post(c, sum)
}

// pooled is the greatest or the mean of a window.
func (r rules[T]) pooled(s *step, in *image[T], c, i, j int) T {
	var list []T
	var sum T
	for a := range s.k {
		for b := range s.k {
			row, col := s.tap(i, j, a, b)
			if x, there := in.at(c, row, col); there {
				list, sum = append(list, x), sum+x
			}
		}
	}
	switch {
	case s.operator == "MaxPool":
		return slices.Max(list)
	case s.padded:
		return r.mean(sum, s.k*s.k)
	}
	return r.mean(sum, len(list))
}

// convnet is a small network, and its file.
type convnet struct {
	channels, rows, cols int
	steps                []step
}

func drawConvnet(t *rapid.T) convnet {
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "weights"), 0))
	values := func(n int) []float32 {
		list := make([]float32, n)
		for i := range list {
			list[i] = float32(random.NormFloat64())
		}
		return list
	}
	pick := func(name string, low, high int) int { return rapid.IntRange(low, high).Draw(t, name) }
	net := convnet{channels: pick("channels", 1, 3), rows: pick("rows", 3, 7), cols: pick("cols", 3, 7)}
	c, rows, cols := net.channels, net.rows, net.cols
	add := func(s step) {
		s.inChannels, s.rows, s.cols = c, rows, cols
		net.steps = append(net.steps, s)
	}
	window := func(operator string, most int) (s step, ok bool) {
		s = step{operator: operator, k: pick("k", 1, most), stride: pick("stride", 1, 2), dilation: 1}
		for i := range s.pads {
			s.pads[i] = pick("pad", 0, s.k/2)
		}
		if operator == "Conv" {
			s.dilation = pick("dilation", 1, 2)
		}
		s.ceil = operator == "MaxPool" && rapid.Bool().Draw(t, "ceil")
		s.padded = rapid.Bool().Draw(t, "padded")
		return s, s.out(rows, s.pads[0], s.pads[2]) > 0 && s.out(cols, s.pads[1], s.pads[3]) > 0
	}
	for range pick("convolutions", 0, 2) {
		s, ok := window("Conv", 3)
		if !ok {
			break
		}
		s.groups = 1
		if rapid.Bool().Draw(t, "depthwise") {
			s.groups = c
		}
		s.m = s.groups * pick("filters", 1, 3)
		s.weights = values(s.m * c / s.groups * s.k * s.k)
		if rapid.Bool().Draw(t, "bias") {
			s.bias = values(s.m)
		}
		add(s)
		c, rows, cols = s.m, s.out(rows, s.pads[0], s.pads[2]), s.out(cols, s.pads[1], s.pads[3])
		relu := rapid.SampledFrom([]string{"", "Relu", "Clip"}).Draw(t, "clamp")
		late := rapid.Bool().Draw(t, "pool before it")
		if relu != "" && !late {
			add(step{operator: relu})
		}
		pool := rapid.SampledFrom([]string{"", "MaxPool", "AveragePool", "GlobalAveragePool"}).Draw(t, "pool")
		if relu != "" && late { // means are not the same then
			pool = "MaxPool"
		}
		if p, ok := window(pool, 3); ok && pool != "" && pool != "GlobalAveragePool" {
			add(p)
			rows, cols = p.out(rows, p.pads[0], p.pads[2]), p.out(cols, p.pads[1], p.pads[3])
		} else if pool == "GlobalAveragePool" {
			add(step{operator: pool})
			rows, cols = 1, 1
		}
		if relu != "" && late {
			add(step{operator: relu})
		}
	}
	add(step{operator: "Flatten"})
	c, rows, cols = c*rows*cols, 1, 1
	for i := range pick("products", 1, 2) {
		s := step{operator: "Gemm", m: pick("outputs", 2, 6), transB: rapid.Bool().Draw(t, "transB")}
		s.weights, s.bias = values(c*s.m), values(s.m)
		add(s)
		if i == 0 && rapid.Bool().Draw(t, "relu") {
			add(step{operator: "Relu"})
		}
		c = s.m
	}
	return net
}

// model is the network's file.
func (net *convnet) model() []byte {
	var g []byte
	value := "x"
	for i := range net.steps {
		s := &net.steps[i]
		n := field(nil, 1, []byte(value))
		constant := func(suffix string, dims []int, values []float32) {
			name := fmt.Sprint(i, suffix)
			n = field(n, 1, []byte(name))
			g = field(g, 5, floatTensor(name, dims, values))
		}
		switch s.operator {
		case "Conv":
			constant("w", []int{s.m, s.inChannels / s.groups, s.k, s.k}, s.weights)
			n = field(n, 5, ints("dilations", s.dilation, s.dilation))
			n = field(n, 5, integer("group", s.groups))
		case "Gemm":
			dims := []int{s.inChannels, s.m}
			if s.transB {
				slices.Reverse(dims)
				n = field(n, 5, integer("transB", 1))
			}
			constant("w", dims, s.weights)
		case "Clip":
			constant("low", nil, []float32{-0.5})
			constant("high", nil, []float32{1.5})
		case "MaxPool", "AveragePool":
			n = field(n, 5, integer("ceil_mode", map[bool]int{true: 1}[s.ceil]))
			if s.operator == "AveragePool" {
				n = field(n, 5, integer("count_include_pad", map[bool]int{true: 1}[s.padded]))
			}
		}
		if s.bias != nil {
			constant("b", []int{s.m}, s.bias)
		}
		if s.k > 0 {
			n = field(n, 5, ints("kernel_shape", s.k, s.k))
			n = field(n, 5, ints("strides", s.stride, s.stride))
			n = field(n, 5, ints("pads", s.pads[:]...))
		}
		value = fmt.Sprintf("%s%d", s.operator, i)
		g = field(g, 1, field(field(n, 2, []byte(value)), 4, []byte(s.operator)))
	}
	var shape []byte
	for _, size := range []int{1, net.channels, net.rows, net.cols} {
		shape = field(shape, 1, varint(nil, 1, size))
	}
	g = field(g, 11, field(field(nil, 1, []byte("x")), 2, field(nil, 1, field(varint(nil, 1, 1), 2, shape))))
	g = field(g, 12, field(nil, 1, []byte(value)))
	return field(field(nil, 8, varint(nil, 2, 13)), 7, g)
}

func field(to []byte, number protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, number, protowire.BytesType), content)
}

func varint(to []byte, number protowire.Number, x int) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, number, protowire.VarintType), uint64(x))
}

func ints(name string, values ...int) []byte {
	a := field(nil, 1, []byte(name))
	for _, x := range values {
		a = varint(a, 8, x)
	}
	return a
}

func integer(name string, x int) []byte { return varint(field(nil, 1, []byte(name)), 3, x) }

func floatTensor(name string, dims []int, values []float32) []byte {
	var t, raw []byte
	for _, size := range dims {
		t = varint(t, 1, size)
	}
	for _, x := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	return field(field(varint(t, 2, 1), 8, []byte(name)), 9, raw)
}

const chainStudy = `
inferences = 1000
[workload]
onnx = "net.onnx"
inputs = "x.idx"
batch = 2
input_bits = %d
weight_bits = %d
[[machine]]
name = "chip"
preset = "reram-small"
`

// write puts a network, random inputs and a study of them into a folder.
func (net *convnet) write(t *rapid.T, folder string) (study string, inputs [][]uint8) {
	const images = 3
	x := idx.Tensor[uint8]{Dims: []int{images, net.channels, net.rows, net.cols}}
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "inputs"), 0))
	for range images {
		one := make([]uint8, net.channels*net.rows*net.cols)
		for i := range one {
			one[i] = uint8(random.IntN(256))
		}
		inputs, x.Data = append(inputs, one), append(x.Data, one...)
	}
	var file bytes.Buffer
	if err := x.Write(&file); err != nil {
		t.Fatal(err)
	}
	study = filepath.Join(folder, "study.toml")
	text := fmt.Sprintf(chainStudy, rapid.SampledFrom([]int{8, 8, 4, 9}).Draw(t, "input bits"), rapid.SampledFrom([]int{8, 8, 4, 5}).Draw(t, "weight bits"))
	for name, content := range map[string][]byte{"net.onnx": net.model(), "x.idx": file.Bytes(), "study.toml": []byte(text)} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return study, inputs
}

// A network of convolutions goes through arrays as its operators are defined: in real
// numbers, in integers, and in what columns, converters and shift-adds make of those.
func TestConvolutionsByDefinition(t *testing.T) {
	folder := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		net := drawConvnet(t)
		study, inputs := net.write(t, folder)
		cfg, err := configs.Load(study, []string{"workload.values=exact", fmt.Sprintf("machine.chip.adc.resolution=%d", 12), "machine.chip.adc.enob=8"})
		if err != nil {
			t.Fatal(err)
		}
		chain := cfg.Workload.Chain
		work, err := workload.LoadChain(chain, kernelsOf(cfg), cfg.Workload.Inputs, "", 0, workload.Quantisation{Step: 1. / 255, Sample: 100})
		if err != nil {
			t.Fatal(err)
		}
		for i, pixels := range inputs {
			checkReal(t, &net, chain, pixels)
			checkIntegers(t, &net, chain, work, i)
		}
		exact, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if v := exact.Machines[0].Values; v.RMSError != 0 || v.Clipped != 0 {
			t.Fatalf("arrays differ from integers: %+v", v)
		}
		checkStatistical(t, study, &exact.Machines[0])
	})
}

func kernelsOf(cfg *configs.Config) (all []workload.Kernel) {
	for _, k := range cfg.Workload.Kernels {
		all = append(all, workload.Kernel{Name: k.Name, L: k.L, N: k.N, M: k.M, Groups: k.Groups, InputBits: k.InputBits, WeightBits: k.WeightBits, SignedInput: k.SignedInput})
	}
	return all
}

// checkReal compares a chain's forward pass with the definition in float64.
func checkReal(t *rapid.T, net *convnet, chain *workload.Chain, pixels []uint8) {
	x := newImage[float64](net.channels, net.rows, net.cols)
	list := make([]int32, len(pixels))
	for i, p := range pixels {
		x.x[i], list[i] = float64(p)/255, int32(p)
	}
	for i := range net.steps {
		s := &net.steps[i]
		switch s.operator {
		case "Relu", "Clip":
			low, high := 0.0, math.Inf(1)
			if s.operator == "Clip" {
				low, high = -0.5, 1.5
			}
			x.x = slices.Clone(x.x)
			for j := range x.x {
				x.x[j] = max(low, min(high, x.x[j]))
			}
		default:
			bias := func(c int, sum float64) float64 {
				if s.bias != nil {
					sum += float64(s.bias[c])
				}
				return sum
			}
			real := rules[float64]{func(i int) float64 { return float64(s.weights[i]) }, bias, func(sum float64, n int) float64 { return sum / float64(n) }}
			x = real.direct(s, x)
		}
	}
	for j, y := range chain.Forward(workload.Pixels(list, 1./255), nil) {
		if math.Abs(float64(y)-x.x[j]) > 1e-4*max(1, math.Abs(x.x[j])) {
			t.Fatalf("output %d is %g, by definition %g", j, y, x.x[j])
		}
	}
}

// checkIntegers compares the reference that machines are held to with the definition
// in integers, with the weights that it has.
func checkIntegers(t *rapid.T, net *convnet, chain *workload.Chain, work *workload.Workload, input int) {
	x := newImage[int64](net.channels, net.rows, net.cols)
	for i, p := range work.Values.Inputs.Row(input) {
		x.x[i] = int64(p)
	}
	k := 0
	for i := range net.steps {
		s := &net.steps[i]
		if s.operator == "Relu" || s.operator == "Clip" {
			continue // it is in how sums are rescaled
		}
		post := func(c int, sum int64) int64 { return work.Values.Post[k].Apply(c, sum) }
		half := func(sum int64, n int) int64 { return int64(math.Floor(float64(sum)/float64(n) + 0.5)) }
		whole := rules[int64]{func(i int) int64 { return s.integer(&work.Values.Weights[k], i) }, post, half}
		x = whole.direct(s, x)
		if s.operator == "Conv" || s.operator == "Gemm" {
			k++
		}
	}
	got, err := kernel.Reference(context.Background(), work.Values, work.Kernels, input)
	if err != nil || !slices.Equal(got, x.x) {
		t.Fatalf("%v, by definition %v (%v)", got, x.x, err)
	}
}

// integer is weight i of the file among a kernel's.
func (s *step) integer(w *workload.Matrix, i int) int64 {
	row, column := i/s.m, i%s.m
	switch {
	case s.operator == "Gemm" && s.transB:
		row, column = i%s.inChannels, i/s.inChannels
	case s.operator == "Conv":
		rows := s.inChannels / s.groups * s.k * s.k
		filter := i / rows
		each := s.m / s.groups
		row, column = filter/each*rows+i%rows, filter%each
	}
	return int64(w.Row(row)[column])
}

// checkStatistical runs the same network with statistical values: all that does not
// follow the data is the same.
func checkStatistical(t *rapid.T, study string, exact *system.Machine) {
	cfg, err := configs.Load(study, []string{"workload.values=statistical", "machine.chip.adc.resolution=12", "machine.chip.adc.enob=8"})
	if err != nil {
		t.Fatal(err)
	}
	r, err := system.Run(context.Background(), cfg, system.Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	m := &r.Machines[0]
	if m.Cycles != exact.Cycles {
		t.Errorf("%d cycles, statistically %d", exact.Cycles, m.Cycles)
	}
	for i := range m.Components {
		for j, a := range m.Components[i].Actions {
			b := exact.Components[i].Actions[j]
			follows := a.Category == "cells" || a.Category == "input"
			if a.Action != b.Action || !follows && (a.Count != b.Count || !close12(a.EnergyJ, b.EnergyJ)) {
				t.Errorf("%s %s: %d times, %g J, statistically %d, %g J", m.Components[i].Path, a.Action, b.Count, b.EnergyJ, a.Count, a.EnergyJ)
			}
		}
	}
}
