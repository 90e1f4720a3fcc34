package workload

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"os"
	"path/filepath"

	"github.com/BurntSushi/toml"

	"xbar/sim/workload/idx"
)

// A network file lists the layers in their order; the tensors are IDX files
// in its folder.
type networkFile struct {
	Title  string      `toml:"title"`
	Layers []layerFile `toml:"layer"`
}

type layerFile struct {
	Name        string `toml:"name"`
	Weights     string `toml:"weights"`        // int8, N×M
	Bias        string `toml:"bias,omitempty"` // int32, M
	InputBits   int    `toml:"input_bits"`
	SignedInput bool   `toml:"signed_input"`
	WeightBits  int    `toml:"weight_bits"`

	// [Requantize]: all four or, on a last layer of logits, none.
	Multiplier *int64 `toml:"multiplier"`
	Shift      *int64 `toml:"shift"`
	Low        *int64 `toml:"low"`
	High       *int64 `toml:"high"`
}

// logitBits is the width of a last layer's sums that are not requantised.
const logitBits = 32

// LoadNetwork reads a network file and its tensors: a kernel of L = 1 for
// each layer, with values.
//
// The IDX file inputs holds uint8 tensors along its first dimension, each
// flattened to the N inputs of the first layer; the IDX file labels holds
// their classes. Either path may be empty: Inputs then has no rows, Labels is
// nil. A limit above 0 keeps that many of the first inputs; it is an error if
// there are fewer.
//
// What it returns is safe to compute with: whatever the inputs, no sum and no
// rescaled sum leaves an int64, logits fit 32 bits, and each layer's outputs
// are in the range of the next layer's inputs. Anything else is an error
// that names the file and the layer.
func LoadNetwork(path, inputs, labels string, limit int64) (*Workload, error) {
	file, err := readNetwork(path)
	if err != nil {
		return nil, err
	}
	w := &Workload{Values: &Values{}}
	for i := range file.Layers {
		if err := w.addLayer(filepath.Dir(path), &file.Layers[i]); err != nil {
			return nil, fmt.Errorf("%s: layer %d %q: %w", path, i+1, file.Layers[i].Name, err)
		}
	}
	w.Values.Inputs.Cols = w.Values.Weights[0].Rows
	_, high := w.Kernels[0].inputRange()
	if err := w.load(inputs, labels, limit, high); err != nil {
		return nil, err
	}
	return w, nil
}

// LoadChain is a chain of kernels in integers, with inputs, labels and limit as
// [LoadNetwork] has them, of which neither path may be missing but labels.
func LoadChain(c *Chain, kernels []Kernel, inputs, labels string, limit int64, q Quantisation) (*Workload, error) {
	w := &Workload{Kernels: kernels, Values: &Values{Inputs: Matrix{Cols: c.Inputs}}}
	if err := w.load(inputs, labels, limit, math.MaxUint8); err != nil {
		return nil, err
	}
	pixels, classes := w.Values.Inputs, w.Values.Labels
	values, err := c.Quantise(kernels, pixels, q)
	if err != nil {
		return nil, err
	}
	values.Labels = classes
	w.Values = values
	return w, nil
}

// load reads inputs, of numbers up to high, and their labels.
func (w *Workload) load(inputs, labels string, limit, high int64) error {
	if inputs != "" {
		if err := w.addInputs(inputs, high); err != nil {
			return err
		}
	}
	if labels != "" {
		if err := w.addLabels(labels); err != nil {
			return err
		}
	}
	return w.Values.limit(limit)
}

func readNetwork(path string) (*networkFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var file networkFile
	meta, err := toml.Decode(string(text), &file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: unknown key %s", path, unknown[0])
	}
	if len(file.Layers) == 0 {
		return nil, fmt.Errorf("%s: no [[layer]]", path)
	}
	return &file, nil
}

func (w *Workload) addLayer(folder string, l *layerFile) error {
	if err := l.check(w.Kernels); err != nil {
		return err
	}
	post, err := l.requantize()
	if err != nil {
		return err
	}
	weights, err := readWeights(filepath.Join(folder, l.Weights), l.WeightBits)
	if err != nil {
		return err
	}
	if l.Bias != "" {
		post.Bias, err = readBias(filepath.Join(folder, l.Bias), weights.Cols)
		if err != nil {
			return err
		}
	}
	k := Kernel{
		Name: l.Name, L: 1, N: int64(weights.Rows), M: int64(weights.Cols),
		InputBits: l.InputBits, WeightBits: l.WeightBits, OutputBits: post.outputBits(),
		SignedInput: l.SignedInput, Activation: true,
	}
	if err := checkSums(k, weights, &post); err != nil {
		return err
	}
	if len(w.Kernels) > 0 {
		before := len(w.Kernels) - 1
		if err := checkChain(w.Kernels[before], &w.Values.Post[before], k); err != nil {
			return err
		}
	}
	w.Kernels = append(w.Kernels, k)
	w.Values.Weights = append(w.Values.Weights, weights)
	w.Values.Post = append(w.Values.Post, post)
	return nil
}

func (l *layerFile) check(before []Kernel) error {
	switch {
	case l.Name == "":
		return errors.New("no name")
	case l.Weights == "":
		return errors.New("no weights")
	case l.InputBits < 1 || l.InputBits > 32:
		return fmt.Errorf("input_bits = %d is outside 1..32", l.InputBits)
	case l.WeightBits < 1 || l.WeightBits > 8:
		return fmt.Errorf("weight_bits = %d is outside 1..8", l.WeightBits)
	}
	for _, k := range before {
		if k.Name == l.Name {
			return errors.New("a layer before it has the same name")
		}
	}
	return nil
}

func (l *layerFile) requantize() (Requantize, error) {
	given := 0
	for _, key := range []*int64{l.Multiplier, l.Shift, l.Low, l.High} {
		if key != nil {
			given++
		}
	}
	switch {
	case given == 0:
		return Requantize{}, nil
	case given < 4:
		return Requantize{}, errors.New("multiplier, shift, low and high belong together")
	case *l.Multiplier < 1:
		return Requantize{}, fmt.Errorf("multiplier = %d is not positive", *l.Multiplier)
	case *l.Shift < 0 || *l.Shift > 62:
		return Requantize{}, fmt.Errorf("shift = %d is outside 0..62", *l.Shift)
	case *l.Low > *l.High:
		return Requantize{}, fmt.Errorf("low = %d is above high = %d", *l.Low, *l.High)
	}
	return Requantize{Multiplier: *l.Multiplier, Shift: uint(*l.Shift), Low: *l.Low, High: *l.High}, nil
}

func readWeights(path string, weightBits int) (Matrix, error) {
	t, err := idx.ReadFile[int8](path)
	if err != nil {
		return Matrix{}, err
	}
	if len(t.Dims) != 2 || len(t.Data) == 0 {
		return Matrix{}, fmt.Errorf("%s: dimensions %v are not N×M", path, t.Dims)
	}
	m := Matrix{Rows: t.Dims[0], Cols: t.Dims[1], Data: make([]int32, len(t.Data))}
	low, high := signedRange(weightBits)
	for i, x := range t.Data {
		if int64(x) < low || int64(x) > high {
			return Matrix{}, fmt.Errorf("%s: weight %d does not fit %d bits", path, x, weightBits)
		}
		m.Data[i] = int32(x)
	}
	return m, nil
}

func readBias(path string, outputs int) ([]int64, error) {
	t, err := idx.ReadFile[int32](path)
	if err != nil {
		return nil, err
	}
	if len(t.Dims) != 1 || t.Dims[0] != outputs {
		return nil, fmt.Errorf("%s: dimensions %v, but the weights have %d outputs", path, t.Dims, outputs)
	}
	bias := make([]int64, outputs)
	for i, x := range t.Data {
		bias[i] = int64(x)
	}
	return bias, nil
}

// checkSums bounds every output by Σ|w|·max|x| + |bias|, and what it is when
// rescaled.
func checkSums(k Kernel, weights Matrix, post *Requantize) error {
	low, high := k.inputRange()
	magnitudes := make([]int64, weights.Cols)
	for i := range weights.Rows {
		for j, w := range weights.Row(i) {
			magnitudes[j] += max(int64(w), -int64(w))
		}
	}
	most := new(big.Int)
	for j, magnitude := range magnitudes {
		sum := new(big.Int).Mul(big.NewInt(magnitude), big.NewInt(max(high, -low)))
		if post.Bias != nil {
			sum.Add(sum, big.NewInt(max(post.Bias[j], -post.Bias[j])))
		}
		if sum.Cmp(most) > 0 {
			most = sum
		}
	}
	if post.Multiplier == 0 {
		if most.BitLen() >= logitBits {
			return fmt.Errorf("logits of up to ±%v do not fit %d bits", most, logitBits)
		}
		return nil
	}
	scaled := new(big.Int).Mul(most, big.NewInt(post.Multiplier))
	scaled.Add(scaled, new(big.Int).Lsh(big.NewInt(1), post.Shift)) // the rounding is half of it
	if scaled.BitLen() > 63 {
		return fmt.Errorf("sums of up to ±%v times the multiplier %d overflow 64 bits", most, post.Multiplier)
	}
	return nil
}

// checkChain says whether layer k can take what the layer before it puts out.
func checkChain(before Kernel, post *Requantize, k Kernel) error {
	if before.M != k.N {
		return fmt.Errorf("%d inputs, but layer %q has %d outputs", k.N, before.Name, before.M)
	}
	if post.Multiplier == 0 {
		return fmt.Errorf("layer %q before it has no multiplier: only the last layer may put out its sums", before.Name)
	}
	if low, high := k.inputRange(); post.Low < low || post.High > high {
		return fmt.Errorf("inputs are in %d..%d, but layer %q puts out %d..%d", low, high, before.Name, post.Low, post.High)
	}
	return nil
}

func (w *Workload) addInputs(path string, high int64) error {
	t, err := idx.ReadFile[uint8](path)
	if err != nil {
		return err
	}
	n := w.Values.Inputs.Cols
	if len(t.Dims) == 0 || t.Dims[0] == 0 || len(t.Data)/t.Dims[0] != n {
		return fmt.Errorf("%s: dimensions %v are not inputs of %d values, which layer %q takes", path, t.Dims, n, w.Kernels[0].Name)
	}
	m := Matrix{Rows: t.Dims[0], Cols: n, Data: make([]int32, len(t.Data))}
	for i, x := range t.Data {
		if int64(x) > high {
			return fmt.Errorf("%s: input %d holds %d, but layer %q takes at most %d", path, i/n, x, w.Kernels[0].Name, high)
		}
		m.Data[i] = int32(x)
	}
	w.Values.Inputs = m
	return nil
}

func (w *Workload) addLabels(path string) error {
	t, err := idx.ReadFile[uint8](path)
	if err != nil {
		return err
	}
	if len(t.Dims) != 1 || t.Dims[0] != w.Values.Inputs.Rows {
		return fmt.Errorf("%s: dimensions %v, but there are %d inputs", path, t.Dims, w.Values.Inputs.Rows)
	}
	last := w.Kernels[len(w.Kernels)-1]
	for i, label := range t.Data {
		if outputs := last.L * last.Outputs(); int64(label) >= outputs {
			return fmt.Errorf("%s: label %d of input %d is not one of the %d outputs of layer %q", path, label, i, outputs, last.Name)
		}
	}
	w.Values.Labels = t.Data
	return nil
}

// limit keeps the first n inputs; all for 0.
func (v *Values) limit(n int64) error {
	if n == 0 {
		return nil
	}
	if n < 0 || n > int64(v.Inputs.Rows) {
		return fmt.Errorf("limit = %d, but there are %d inputs", n, v.Inputs.Rows)
	}
	v.Inputs.Rows = int(n)
	v.Inputs.Data = v.Inputs.Data[:v.Inputs.Rows*v.Inputs.Cols]
	if v.Labels != nil {
		v.Labels = v.Labels[:n]
	}
	return nil
}

// SaveNetwork writes the network file and, into its folder, the tensors that
// [LoadNetwork] reads; inputs and labels are not part of it. A kernel's name
// names its tensors' files.
func SaveNetwork(path, title string, w *Workload) error {
	file := networkFile{Title: title}
	for i, k := range w.Kernels {
		l, err := saveLayer(filepath.Dir(path), k, w.Values.Weights[i], &w.Values.Post[i])
		if err != nil {
			return fmt.Errorf("layer %d %q: %w", i+1, k.Name, err)
		}
		file.Layers = append(file.Layers, l)
	}
	var text bytes.Buffer
	encoder := toml.NewEncoder(&text)
	encoder.Indent = ""
	if err := encoder.Encode(file); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}

func saveLayer(folder string, k Kernel, weights Matrix, post *Requantize) (layerFile, error) {
	l := layerFile{
		Name: k.Name, Weights: k.Name + ".weights.idx",
		InputBits: k.InputBits, SignedInput: k.SignedInput, WeightBits: k.WeightBits,
	}
	if k.L != 1 || k.Dynamic {
		return l, errors.New("a network file holds kernels of L = 1 and static weights")
	}
	if err := save[int8](filepath.Join(folder, l.Weights), weights.Data, weights.Rows, weights.Cols); err != nil {
		return l, err
	}
	if post.Bias != nil {
		l.Bias = k.Name + ".bias.idx"
		if err := save[int32](filepath.Join(folder, l.Bias), post.Bias, len(post.Bias)); err != nil {
			return l, err
		}
	}
	if post.Multiplier != 0 {
		shift := int64(post.Shift)
		l.Multiplier, l.Shift, l.Low, l.High = &post.Multiplier, &shift, &post.Low, &post.High
	}
	return l, nil
}

// save writes integers as an IDX file of a narrower type that holds them all.
func save[Narrow int8 | int32, Wide int32 | int64](path string, data []Wide, dims ...int) error {
	t := idx.Tensor[Narrow]{Dims: dims, Data: make([]Narrow, len(data))}
	for i, x := range data {
		t.Data[i] = Narrow(x)
		if Wide(t.Data[i]) != x {
			return fmt.Errorf("%s: %d does not fit %T", path, x, t.Data[i])
		}
	}
	var file bytes.Buffer
	if err := t.Write(&file); err != nil {
		return err
	}
	return os.WriteFile(path, file.Bytes(), 0o644)
}

func (k Kernel) inputRange() (low, high int64) {
	if k.SignedInput {
		return signedRange(k.InputBits)
	}
	return 0, 1<<k.InputBits - 1
}

func signedRange(bits int) (low, high int64) {
	return -1 << (bits - 1), 1<<(bits-1) - 1
}

// outputBits is the width that holds Low…High, two's complement if Low is
// negative.
func (r *Requantize) outputBits() int {
	switch {
	case r.Multiplier == 0:
		return logitBits
	case r.Low < 0:
		return 1 + max(bits.Len64(uint64(max(0, r.High))), bits.Len64(uint64(-(r.Low+1))))
	default:
		return max(1, bits.Len64(uint64(r.High)))
	}
}
