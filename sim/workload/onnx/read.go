package onnx

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"xbar/sim/workload"
)

// Errors are all that is wrong with a model, in the order of the file.
type Errors []string

func (e Errors) Error() string { return strings.Join(e, "\n") }

// maxErrors is where errors are no longer collected: one unknown operator stops
// all that come after it.
const maxErrors = 20

// UnknownDim is a size that was given of a dimension which the model has not.
type UnknownDim struct {
	Name string
	Has  []string // dimensions that go by a name
}

func (e *UnknownDim) Error() string {
	has := "none of its dimensions goes by a name"
	if len(e.Has) > 0 {
		quoted := make([]string, len(e.Has))
		for i, name := range e.Has {
			quoted[i] = quote(name)
		}
		has = "it has " + strings.Join(quoted, ", ")
	}
	return fmt.Sprintf("the model has no dimension %s: %s", quote(e.Name), has)
}

// Read reads a model, of which it keeps nothing. Dimensions that go by a name
// ("batch") have the sizes given, from 1 on. An error is an [UnknownDim], or of type
// [Errors] and says at which byte of the file or at which node. A model may hold no
// layers.
func Read(file []byte, sizes map[string]int64) (*workload.Network, error) {
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
	return &r.network, nil
}

// reader goes through the nodes of a graph in their order.
type reader struct {
	model    *model
	values   map[string]*value
	declared map[string]valueInfo
	sizes    map[string]int64 // of dimensions that go by a name
	counted  map[string]int   // operator to its place in the network's list
	differ   []string         // sizes that the file has otherwise
	early    workload.Layer   // what is computed before the first layer
	network  workload.Network
	errors   Errors
}

// infer reads a model and finds the sizes of its values. Inputs may be given, and
// sizes that go by a name.
func infer(file []byte, given []tensor, sizes map[string]int64) (*reader, error) {
	d := decoder{}
	m := d.model(message{data: file})
	if d.err != nil {
		return nil, fmt.Errorf("not an ONNX model, or damaged: %w", d.err)
	}
	if !m.seen {
		return nil, fmt.Errorf("not an ONNX model: there is no graph in it")
	}
	r := &reader{model: m, values: map[string]*value{}, declared: map[string]valueInfo{}, sizes: map[string]int64{}, counted: map[string]int{}}
	maps.Copy(r.sizes, sizes)
	r.constants(given)
	r.constants(m.graph.initializers)
	has := r.named()
	for _, name := range slices.Sorted(maps.Keys(sizes)) {
		if !slices.Contains(has, name) {
			return nil, &UnknownDim{name, has}
		}
	}
	if r.inputs(); len(r.errors) > 0 { // all else follows from them
		return r, nil
	}
	for _, v := range m.graph.declared {
		r.declared[v.name] = v
	}
	for i := range m.graph.nodes {
		if len(r.errors) >= maxErrors {
			break
		}
		r.node(i)
	}
	if len(r.differ) > 0 {
		r.remark("%d sizes are other than the file says, which was not followed: %s", len(r.differ), r.differ[0])
	}
	return r, nil
}

func (r *reader) fail(format string, args ...any) {
	if r.errors = append(r.errors, fmt.Sprintf(format, args...)); len(r.errors) == maxErrors {
		r.errors = append(r.errors, fmt.Sprintf("stopped after %d errors", maxErrors))
	}
}

func (r *reader) remark(format string, args ...any) {
	r.network.Remarks = append(r.network.Remarks, fmt.Sprintf(format, args...))
}

func (r *reader) constants(list []tensor) {
	for i := range list {
		r.values[list[i].name] = list[i].value()
	}
}

func (t *tensor) value() *value {
	v := &value{name: t.name, dims: t.dims, known: true, dtype: t.dtype, static: true, tensor: t}
	v.bits, v.signed = width(t.dtype)
	return v
}

// named lists the names of dimensions of inputs and of what the file declares, each
// once.
func (r *reader) named() (names []string) {
	for _, list := range [][]valueInfo{r.model.graph.inputs, r.model.graph.declared} {
		for _, v := range list {
			for _, dim := range v.dims {
				if dim.param != "" && !slices.Contains(names, dim.param) {
					names = append(names, dim.param)
				}
			}
		}
	}
	return names
}

// inputs takes the first dimension of an input as 1 if it has no size: it is the
// batch. Older files list initializers as inputs too.
func (r *reader) inputs() {
	for _, in := range r.model.graph.inputs {
		if r.values[in.name] == nil && len(in.dims) > 0 && !in.dims[0].sized && in.dims[0].param != "" && r.sizes[in.dims[0].param] == 0 {
			r.sizes[in.dims[0].param] = assumed
		}
	}
	for _, in := range r.model.graph.inputs {
		if r.values[in.name] == nil {
			r.values[in.name] = r.input(in)
		}
	}
}

// assumed marks a size that is taken as 1.
const assumed = -1

func (r *reader) input(in valueInfo) *value {
	v := &value{name: in.name, dtype: in.dtype}
	v.bits, v.signed = width(in.dtype)
	if !in.shaped {
		v.why = "the file declares none"
		return v
	}
	for i, dim := range in.dims {
		size := dim.size
		switch {
		case dim.sized:
		case dim.param != "" && r.sizes[dim.param] > 0:
			size = r.sizes[dim.param]
			r.remark("dimension %d of input %s%s is %d, as given", i, quote(in.name), dim.named(), size)
		case i == 0 || dim.param != "" && r.sizes[dim.param] == assumed:
			size = 1
			r.remark("dimension %d of input %s%s is taken as 1%s", i, quote(in.name), dim.named(), dim.hint(" (", " gives it a size)"))
		default:
			r.fail("input %s: dimension %d%s has no size: write the model with one%s", quote(in.name), i, dim.named(), dim.hint(", or give it one by ", ""))
			size = 1
		}
		v.dims = append(v.dims, size)
	}
	if err := checkDims(v.dims); err != nil {
		r.fail("input %s: %v", quote(in.name), err)
		v.dims = nil
	}
	v.known = true
	return v
}

func (d dimension) named() string {
	if d.param == "" {
		return ""
	}
	return ", " + quote(d.param) + ","
}

// hint is how a dimension that goes by a name is given a size.
func (d dimension) hint(before, after string) string {
	if d.param == "" {
		return ""
	}
	return fmt.Sprintf("%simport --dim %s or workload.dims%s", before, quote(d.param+"=SIZE"), after)
}

// call is a node as it is evaluated: its operands and what is found out about
// its results.
type call struct {
	*node
	r       *reader
	index   int
	in, out []*value // nil: left out
	steps   float64  // of arithmetic, where the table of operators does not tell
}

// label is how results name a node; not every file names its nodes.
func (n *call) label() string {
	if n.name != "" {
		return n.name
	}
	for _, name := range n.outputs {
		if name != "" {
			return name
		}
	}
	return fmt.Sprintf("node %d", n.index+1)
}

func (n *call) String() string {
	return fmt.Sprintf("node %d, %s (%s)", n.index+1, quote(n.label()), strings.ToValidUTF8(operatorKey(n.domain, n.operator), ""))
}

func (r *reader) node(index int) {
	n := &call{node: &r.model.graph.nodes[index], r: r, index: index}
	complete := n.operands()
	if !n.results() {
		return
	}
	key := operatorKey(n.domain, n.operator)
	op, known := operators[key]
	switch {
	case !complete:
		n.stop(n.String() + " has an error")
	case known:
		known = n.evaluate(op)
	case r.model.functions[key]:
		r.fail("%v: a function that the file brings: write the model with functions inlined", n)
	default:
		n.stop(fmt.Sprintf("%v is not one that is read", n))
	}
	if n.hidden != "" {
		r.fail("%v: a graph inside of it has a kernel, %s, and how often that is run is not in the file", n, n.hidden)
	}
	n.fromDeclared()
	n.keepOrigin(op)
	for i, v := range n.out {
		if i < len(n.outputs) && n.outputs[i] != "" {
			r.values[n.outputs[i]] = v
		}
	}
	if !known || !n.static() {
		r.count(n, key, op, known)
	}
}

// operands looks up what the node reads.
func (n *call) operands() (complete bool) {
	complete = true
	for _, name := range n.inputs {
		if name == "" { // left out
			n.in = append(n.in, nil)
			continue
		}
		v := n.r.values[name]
		if v == nil {
			n.r.fail("%v: reads %s, which is no input and no result of a node before it", n, quote(name))
			complete = false
		}
		n.in = append(n.in, v)
	}
	return complete
}

// results makes the values that the node writes. They are of the type of the
// first operand, unless its operator says otherwise.
func (n *call) results() bool {
	static := n.static()
	for _, name := range n.outputs {
		if name != "" && n.r.values[name] != nil {
			n.r.fail("%v: writes %s, which another node, an input or an initializer does", n, quote(name))
			return false
		}
		v := &value{name: name, static: static}
		if len(n.in) > 0 && n.in[0] != nil {
			v.dtype = n.in[0].dtype
		}
		n.out = append(n.out, v)
	}
	return true
}

// static says whether the node can be evaluated before there is any input.
func (n *call) static() bool {
	for _, v := range n.in {
		if v != nil && !v.static {
			return false
		}
	}
	return true
}

// errUnread is a form of an operator that is not read.
var errUnread = errors.New("not read")

// evaluate finds the sizes of the results, unless this form of the operator is not
// read.
func (n *call) evaluate(op operator) (read bool) {
	for i := range op.inputs {
		v := n.operand(i)
		if v == nil {
			n.r.fail("%v: operand %d is missing", n, i+1)
			n.stop(n.String() + " has an error")
			return true
		}
		if !v.known {
			if op.kernel {
				n.r.fail("%v: the sizes of its operand %s are not known: %s", n, quote(v.name), v.why)
			}
			n.stop(v.why)
			return true
		}
	}
	switch err := op.shape(n); {
	case err == errUnread:
		n.stop(n.String() + " has a form that is not read")
		return false
	case err != nil:
		n.r.fail("%v: %v", n, err)
		n.stop(n.String() + " has an error")
		return true
	}
	for _, v := range n.out {
		if err := checkDims(v.dims); err != nil {
			n.r.fail("%v: its result %s: %v", n, quote(v.name), err)
			v.dims, v.known, v.why = nil, false, n.String()+" has an error"
		}
		if op.keeps && n.in[0] != nil {
			v.bits, v.signed = n.in[0].bits, n.in[0].signed
		} else if v.bits == 0 {
			v.bits, v.signed = width(v.dtype)
		}
		if !v.known && v.why == "" {
			v.why = n.String() + " decides on them when it is run"
		}
	}
	return true
}

// keepOrigin carries over where an image came from as long as its places stay.
func (n *call) keepOrigin(op operator) {
	from := n.operand(0)
	if op.kernel || from == nil || from.origin == nil {
		return
	}
	for _, v := range n.out {
		if v.origin == nil && len(v.dims) > 2 && len(v.dims) == len(from.dims) && slices.Equal(v.dims[2:], from.dims[2:]) {
			v.origin, v.layers = from.origin, from.layers
		}
	}
}

// stop leaves the sizes of the results unknown, for a reason.
func (n *call) stop(why string) {
	for _, v := range n.out {
		if !v.known {
			v.why = why
		}
	}
}

// fromDeclared takes sizes from the file where they do not follow from the
// operands, and notes where both are there and differ.
func (n *call) fromDeclared() {
	for _, v := range n.out {
		declared, ok := n.r.declared[v.name]
		if !ok {
			continue
		}
		dims, ok := n.r.sizesOf(declared)
		switch {
		case !ok:
		case v.known && !slices.Equal(v.dims, dims):
			n.r.differ = append(n.r.differ, fmt.Sprintf("%s is %s, and by the file %s", quote(v.name), times(v.dims), times(dims)))
		case !v.known:
			v.dims, v.known, v.declared, v.dtype = dims, true, true, declared.dtype
			v.bits, v.signed = width(v.dtype)
		}
	}
}

// sizesOf are the sizes that a file declares, if it has them all.
func (r *reader) sizesOf(v valueInfo) (dims []int64, ok bool) {
	for _, dim := range v.dims {
		switch {
		case dim.sized:
			dims = append(dims, dim.size)
		case dim.param != "" && r.sizes[dim.param] != 0:
			dims = append(dims, max(1, r.sizes[dim.param]))
		default:
			return nil, false
		}
	}
	return dims, v.shaped && checkDims(dims) == nil
}

// count adds the node to what is computed beside the products.
func (r *reader) count(n *call, key string, op operator, known bool) {
	if known && (op.free || op.kernel && n.steps == 0) {
		return
	}
	at, ok := r.counted[key]
	if !ok {
		at = len(r.network.Operators)
		r.counted[key] = at
		r.network.Operators = append(r.network.Operators, workload.Operator{Name: key})
	}
	o := &r.network.Operators[at]
	o.Nodes++
	o.Unknown = o.Unknown || !known
	sized := true
	for i, v := range n.out {
		if i < len(n.outputs) && n.outputs[i] != "" {
			o.Elements += v.volume()
			sized = sized && v.known
		}
	}
	if !sized {
		o.Unsized++
	}
	if !known {
		for _, v := range n.in {
			if v != nil && v.static {
				o.Weights += v.volume()
			}
		}
	}
	steps := n.steps + op.perOutput*n.firstOutput() + op.perInput*n.firstInput()
	o.Operations += steps
	r.charge(n, steps, op.kernel || op.perOutput == 1 && n.dynamic() <= 1)
}

// charge puts what a node computes beside the products behind the layer before it,
// or behind the first one. One step for each element of one operand is done on the
// way, and so is what a layer does itself; all else reads what it needs and writes
// what comes of it.
func (r *reader) charge(n *call, steps float64, onTheWay bool) {
	if steps == 0 {
		return
	}
	behind := &r.early
	if last := len(r.network.Layers) - 1; last >= 0 {
		behind = &r.network.Layers[last]
	}
	behind.Operations += steps
	if onTheWay {
		return
	}
	for _, v := range n.in {
		if v != nil && !v.static {
			behind.Operands += v.volume()
		}
	}
	for i, v := range n.out {
		if i < len(n.outputs) && n.outputs[i] != "" {
			behind.Results += v.volume()
		}
	}
}

// dynamic is how many operands depend on the model's inputs.
func (n *call) dynamic() (count int) {
	for _, v := range n.in {
		if v != nil && !v.static {
			count++
		}
	}
	return count
}

func (n *call) firstOutput() float64 {
	if len(n.out) == 0 {
		return 0
	}
	return n.out[0].volume()
}

func (n *call) firstInput() float64 {
	if v := n.operand(0); v != nil {
		return v.volume()
	}
	return 0
}

// operand is input i, or nil.
func (n *call) operand(i int) *value {
	if i < len(n.in) {
		return n.in[i]
	}
	return nil
}

// dims are the sizes of input i.
func (n *call) dims(i int) []int64 { return n.in[i].dims }

// set gives result i its sizes, if there is such a result.
func (n *call) set(i int, dims []int64) *value {
	if i >= len(n.out) {
		return &value{}
	}
	v := n.out[i]
	v.dims, v.known = dims, true
	return v
}
