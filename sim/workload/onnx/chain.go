package onnx

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"xbar/sim/workload"
)

// ReadChain reads a model with its weights, where it is one layer after the other:
// convolutions and products with matrices, biases, ReLU and Clip, pooling, and what
// only names dimensions anew. Layers are those that [Read] gives, in the same order.
// Errors are as of Read, and name the operator that cannot be carried as numbers.
func ReadChain(file []byte, sizes map[string]int64) (*workload.Chain, error) {
	r, err := infer(file, nil, sizes)
	if unknown := (*UnknownDim)(nil); errors.As(err, &unknown) {
		return nil, err
	}
	if err != nil {
		return nil, Errors{err.Error()}
	}
	if len(r.errors) > 0 {
		return nil, r.errors
	}
	c := &chaining{r: r, chain: &workload.Chain{}}
	if err := c.read(); err != nil {
		return nil, Errors{err.Error()}
	}
	return c.chain, nil
}

// chaining follows one value through the nodes.
type chaining struct {
	r      *reader
	chain  *workload.Chain
	name   string // of the value at hand
	dims   []int64
	last   bool // channels are the last dimension of how its numbers lie, as layers put them out
	routes []workload.Route
	rounds bool // a mean is among the routes: it is no longer the same to clamp before and behind them
	ended  bool // nothing that is a number comes after
}

func (c *chaining) read() error {
	if err := c.input(); err != nil {
		return err
	}
	for i := range c.r.model.graph.nodes {
		n := c.call(i)
		if n.settled() {
			continue
		}
		if err := c.node(n); err != nil {
			return fmt.Errorf("%v: %w", n, err)
		}
	}
	switch {
	case len(c.chain.Layers) == 0:
		return errors.New("no layers: nothing in it multiplies inputs with a matrix")
	case len(c.routes) > 0:
		return errors.New("what the last layer gives is pooled, and only what stands before a layer is carried as numbers")
	case !slices.Contains(c.r.model.graph.outputs, c.name):
		return fmt.Errorf("%s, which the last node gives, is no output of the model", quote(c.name))
	}
	return nil
}

// input is the only one of the model.
func (c *chaining) input() error {
	for _, in := range c.r.model.graph.inputs {
		v := c.r.values[in.name]
		if v == nil || v.static {
			continue
		}
		if c.name != "" {
			return fmt.Errorf("inputs %s and %s: numbers are carried from one", quote(c.name), quote(in.name))
		}
		c.name, c.dims = in.name, v.dims
	}
	if c.name == "" {
		return errors.New("the model has no input")
	}
	if len(c.dims) < 2 || c.dims[0] != 1 {
		return fmt.Errorf("input %s is %s: numbers are carried for one inference, a first dimension of 1", quote(c.name), times(c.dims))
	}
	count, _ := product(c.dims)
	if count > maxNumbers {
		return fmt.Errorf("input %s has %d numbers; at most %d are carried", quote(c.name), count, int64(maxNumbers))
	}
	c.chain.Inputs = int(count)
	return nil
}

// maxNumbers bounds the weights, and the inputs of all vectors, of a layer.
const maxNumbers = 50_000_000

// call is a node with the values that have been found for it.
func (c *chaining) call(index int) *call {
	n := &call{node: &c.r.model.graph.nodes[index], r: c.r, index: index}
	for _, name := range n.inputs {
		n.in = append(n.in, c.r.values[name])
	}
	for _, name := range n.outputs {
		n.out = append(n.out, c.r.values[name])
	}
	return n
}

// settled says whether results are known before there is an input, as sizes are.
func (n *call) settled() bool {
	return !slices.ContainsFunc(n.out, func(v *value) bool { return v != nil && !v.static && v.data == nil })
}

func (c *chaining) node(n *call) error {
	at := -1
	for i, v := range n.in {
		if v == nil || v.static || v.data != nil {
			continue
		}
		if v.name != c.name || at >= 0 {
			return fmt.Errorf("it takes %s beside or instead of %s, which comes before it: numbers are carried along one chain, without branches that meet again", quote(v.name), quote(c.name))
		}
		at = i
	}
	if c.ended {
		return errors.New("it comes behind a softmax, which is only carried where it is the last")
	}
	if len(n.out) == 0 || !n.out[0].known {
		return errors.New("the sizes of its result are not known")
	}
	if len(n.out[0].dims) == 0 || n.out[0].dims[0] != 1 {
		return fmt.Errorf("its result is %s: numbers are carried for one inference, a first dimension of 1", times(n.out[0].dims))
	}
	key := operatorKey(n.domain, n.operator)
	read, known := carried[key]
	if !known || at != 0 && key != "Add" {
		return fmt.Errorf("this operator is not carried as numbers: those are Conv, Gemm, MatMul with constant weights, Add of a bias, Relu, Clip, MaxPool, AveragePool, GlobalMaxPool, GlobalAveragePool, Flatten, Reshape, Squeeze, Unsqueeze, Identity, Dropout, and Softmax or LogSoftmax at the end")
	}
	if err := read(c, n); err != nil {
		return err
	}
	c.name, c.dims = n.out[0].name, n.out[0].dims
	return nil
}

var carried map[string]func(c *chaining, n *call) error

func init() {
	carried = map[string]func(c *chaining, n *call) error{
		"Conv": (*chaining).conv, "Gemm": (*chaining).gemm, "MatMul": (*chaining).matMul, "Add": (*chaining).add,
		"Relu": (*chaining).relu, "Clip": (*chaining).clip,
		"MaxPool": (*chaining).pool, "AveragePool": (*chaining).pool,
		"GlobalMaxPool": (*chaining).globalPool, "GlobalAveragePool": (*chaining).globalPool,
		"Softmax": (*chaining).softmax, "LogSoftmax": (*chaining).softmax,
	}
	for _, name := range []string{"Flatten", "Reshape", "Squeeze", "Unsqueeze", "Identity", "Dropout"} {
		carried[name] = (*chaining).renamed
	}
}

// renamed are other dimensions of the same numbers in the same order.
func (c *chaining) renamed(n *call) error {
	if slices.Equal(c.dims, n.out[0].dims) {
		return nil
	}
	c.channelsFirst()
	return nil
}

// channelsFirst lays out an image's numbers as the file has them.
func (c *chaining) channelsFirst() {
	if !c.last {
		return
	}
	channels, places := c.image()
	from := make([]int32, 0, channels*places)
	for ch := range channels {
		for at := range places {
			from = append(from, int32(at*channels+ch))
		}
	}
	c.last = false
	if channels > 1 && places > 1 {
		c.routes = append(c.routes, workload.Route{Each: 1, From: from})
	}
}

// image is the channels and places of the value at hand.
func (c *chaining) image() (channels, places int) {
	channels, places = int(c.dims[1]), 1
	for _, size := range c.dims[2:] {
		places *= int(size)
	}
	return channels, places
}

// at is where a channel of a place lies.
func (c *chaining) at(channel, place int) int32 {
	channels, places := c.image()
	if c.last {
		return int32(place*channels + channel)
	}
	return int32(channel*places + place)
}

// conv takes each window as a vector, channel by channel of each group.
func (c *chaining) conv(n *call) error {
	filters := n.dims(1)
	groups := int(n.integer("group", 1))
	windows, err := n.windows(filters[2:])
	if err != nil {
		return err
	}
	channels, _ := c.image()
	taps, err := c.taps(n, windows)
	if err != nil {
		return err
	}
	each, m := len(taps[0]), int(filters[0])/groups
	from := make([]int32, 0, len(taps)*each*channels)
	for _, window := range taps {
		for ch := range channels {
			for _, place := range window {
				if place < 0 {
					from = append(from, -1)
					continue
				}
				from = append(from, c.at(ch, place))
			}
		}
	}
	c.routes = append(c.routes, workload.Route{Each: 1, From: from})
	rows := channels / groups * each
	weights, err := n.reals(1)
	if err != nil {
		return err
	}
	l := workload.ChainLayer{Name: n.label(), L: len(taps), N: rows, M: m, G: groups, Weights: make([]float32, len(weights))}
	for g := range groups { // filters are the columns
		for j := range m {
			for i := range rows {
				l.Weights[(g*rows+i)*m+j] = weights[(g*m+j)*rows+i]
			}
		}
	}
	if n.operand(2) != nil {
		if l.Bias, err = n.reals(2); err != nil {
			return err
		}
	}
	return c.layer(l, true)
}

// taps are the places of each window, −1 of padding, in the order of the filter's.
func (c *chaining) taps(n *call, windows []window) (all [][]int, err error) {
	counts := n.out[0].dims[2:]
	sides := n.in[0].sides(windows, counts)
	shape := make([]int64, len(windows))
	for i := range windows {
		shape[i] = windows[i].filter
	}
	total, _ := product(counts)
	each, whole := product(shape)
	if numbers := float64(total) * float64(each) * float64(c.dims[1]); !whole || numbers > maxNumbers {
		return nil, fmt.Errorf("its windows are %.3g numbers; at most %d are carried", numbers, int64(maxNumbers))
	}
	at, tap := make([]int64, len(counts)), make([]int64, len(counts))
	for range total {
		places := make([]int, each)
		for i := range places {
			places[i] = place(windows, sides, at, tap)
			advance(tap, shape)
		}
		all = append(all, places)
		advance(at, counts)
	}
	return all, nil
}

// place is where a window's tap lies, −1 in the padding.
func place(windows []window, sides []workload.Side, at, tap []int64) int {
	place := int64(0)
	for i := range windows {
		x := at[i]*windows[i].stride - sides[i].Before + tap[i]*windows[i].dilation
		if x < 0 || x >= sides[i].Size {
			return -1
		}
		place = place*sides[i].Size + x
	}
	return int(place)
}

// gemm multiplies one vector.
func (c *chaining) gemm(n *call) error {
	if n.integer("transA", 0) != 0 || c.dims[0] != 1 {
		return fmt.Errorf("of %s, transposed or of more lines than one", times(c.dims))
	}
	alpha, beta := n.real("alpha", 1), n.real("beta", 1)
	l, err := c.product(n, n.integer("transB", 0) != 0, alpha)
	if err != nil {
		return err
	}
	if n.operand(2) != nil {
		if l.Bias, err = n.bias(2, l.M, beta, true); err != nil {
			return err
		}
	}
	return c.layer(l, false)
}

func (c *chaining) matMul(n *call) error {
	if len(c.dims) != 2 || len(n.dims(1)) != 2 {
		return fmt.Errorf("of %s, and numbers are carried through products of two matrices, the first of one line", times(c.dims, n.dims(1)))
	}
	l, err := c.product(n, false, 1)
	if err != nil {
		return err
	}
	return c.layer(l, false)
}

// product is a layer of N×M weights, which the file may have transposed.
func (c *chaining) product(n *call, transposed bool, alpha float64) (l workload.ChainLayer, err error) {
	weights, err := n.reals(1)
	if err != nil {
		return l, err
	}
	rows, columns := int(n.dims(1)[0]), int(n.dims(1)[1])
	if transposed {
		rows, columns = columns, rows
	}
	l = workload.ChainLayer{Name: n.label(), L: 1, N: rows, M: columns, G: 1, Weights: make([]float32, len(weights))}
	for i := range rows {
		for j := range columns {
			from := i*columns + j
			if transposed {
				from = j*rows + i
			}
			l.Weights[i*columns+j] = float32(alpha * float64(weights[from]))
		}
	}
	return l, nil
}

// layer ends the routes to it, and begins those from it.
func (c *chaining) layer(l workload.ChainLayer, last bool) error {
	l.Low, l.High = math.Inf(-1), math.Inf(1)
	l.Routes = c.routes
	c.chain.Layers = append(c.chain.Layers, l)
	c.routes, c.last, c.rounds = nil, last, false
	return nil
}

// latest is the layer that a clamp or a bias belongs to.
func (c *chaining) latest() (*workload.ChainLayer, error) {
	if len(c.chain.Layers) == 0 {
		return nil, errors.New("it stands before the first layer: only what a layer gives is clamped or has a bias")
	}
	return &c.chain.Layers[len(c.chain.Layers)-1], nil
}

// add is a bias that a node of its own adds.
func (c *chaining) add(n *call) error {
	constant := 1
	if n.in[1] != nil && n.in[1].name == c.name {
		constant = 0
	}
	l, err := c.latest()
	if err != nil {
		return err
	}
	if len(c.routes) > 0 || l.Bias != nil || !math.IsInf(l.Low, -1) || !math.IsInf(l.High, 1) {
		return errors.New("an Add is carried as the bias of the layer right before it, which has none yet")
	}
	l.Bias, err = n.bias(constant, l.G*l.M, 1, len(c.dims) == 2)
	return err
}

// bias is one number for each channel, or for all.
func (n *call) bias(operand, channels int, beta float64, row bool) ([]float32, error) {
	list, err := n.reals(operand)
	if err != nil {
		return nil, err
	}
	dims := n.dims(operand)
	first := len(dims) - 1 // of the channels
	if !row {
		first = len(dims) - len(n.out[0].dims) + 1
	}
	if len(list) > 1 && (first < 0 || int(dims[first]) != len(list)) || len(list) != 1 && len(list) != channels {
		return nil, fmt.Errorf("%s are no bias of %d channels", times(dims), channels)
	}
	bias := make([]float32, channels)
	for i := range bias {
		bias[i] = float32(beta * float64(list[min(i, len(list)-1)]))
	}
	return bias, nil
}

func (c *chaining) relu(n *call) error { return c.clamp(n, 0, math.Inf(1)) }

// clip has its ends as attributes, before opset 11, or as operands.
func (c *chaining) clip(n *call) error {
	ends := []float64{n.real("min", math.Inf(-1)), n.real("max", math.Inf(1))}
	for i := range ends {
		if n.operand(1+i) == nil {
			continue
		}
		list, err := n.reals(1 + i)
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return fmt.Errorf("%d ends", len(list))
		}
		ends[i] = float64(list[0])
	}
	return c.clamp(n, ends[0], ends[1])
}

// clamp bounds what the layer before gives. Maxima may come between.
func (c *chaining) clamp(n *call, low, high float64) error {
	l, err := c.latest()
	if err != nil {
		return err
	}
	if c.rounds {
		return errors.New("it clamps means, and what a layer gives is clamped before they are taken: put it before the AveragePool")
	}
	if low > 0 || high < 0 {
		return fmt.Errorf("it clamps to %g to %g, and zero is not in it", low, high)
	}
	l.Low, l.High = max(l.Low, low), min(l.High, high)
	l.Clamps += int(n.firstOutput())
	return nil
}

func (c *chaining) pool(n *call) error {
	if len(n.outputs) > 1 && n.outputs[1] != "" {
		return errors.New("it also gives where maxima are")
	}
	windows, err := n.windows(n.attribute("kernel_shape").ints)
	if err != nil {
		return err
	}
	taps, err := c.taps(n, windows)
	if err != nil {
		return err
	}
	over := n.integer("count_include_pad", 0) != 0
	if over && n.integer("ceil_mode", 0) != 0 {
		return errors.New("means with padding where windows hang over the end (ceil_mode) are not carried")
	}
	c.pooled(n, taps, over)
	return nil
}

func (c *chaining) globalPool(n *call) error {
	_, places := c.image()
	all := make([]int, places)
	for i := range all {
		all[i] = i
	}
	c.pooled(n, [][]int{all}, false)
	return nil
}

// pooled is windows over each channel; channels come first in what is left.
func (c *chaining) pooled(n *call, taps [][]int, padded bool) {
	channels, _ := c.image()
	r := workload.Route{Rule: workload.Most, Each: len(taps[0]), Padded: padded}
	if strings.HasSuffix(n.operator, "AveragePool") {
		r.Rule, c.rounds = workload.Mean, true
	}
	for ch := range channels {
		for _, window := range taps {
			for _, place := range window {
				if place < 0 {
					r.From = append(r.From, -1)
					continue
				}
				r.From = append(r.From, c.at(ch, place))
			}
		}
	}
	c.routes, c.last = append(c.routes, r), false
}

func (c *chaining) softmax(*call) error {
	c.ended = true // it changes no order among the outputs
	return nil
}

// real is an attribute, or what it is when left out.
func (n *call) real(name string, absent float64) float64 {
	if a := n.attribute(name); a != nil {
		return float64(a.f)
	}
	return absent
}

// reals are the numbers of a constant operand.
func (n *call) reals(operand int) ([]float32, error) {
	v := n.operand(operand)
	if v == nil || !v.static || !isFloat(v.dtype) {
		return nil, fmt.Errorf("operand %d is no constant of real numbers", operand+1)
	}
	data := v.data
	if data == nil && v.tensor != nil {
		data = v.tensor.decode(maxNumbers)
	}
	if count, _ := product(v.dims); data == nil || int64(len(data)) != count {
		return nil, fmt.Errorf("the numbers of %s are not in the file, or more than %d", quote(v.name), int64(maxNumbers))
	}
	list := make([]float32, len(data))
	for i, x := range data {
		list[i] = float32(x.f)
		if math.IsNaN(x.f) || math.IsInf(x.f, 0) {
			return nil, fmt.Errorf("%s has %g among its numbers", quote(v.name), x.f)
		}
	}
	return list, nil
}
