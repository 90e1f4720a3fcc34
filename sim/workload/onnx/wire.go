package onnx

import (
	"fmt"
	"io"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// The messages of onnx.proto, as far as sizes depend on them. Weights stay where
// they are in the file: a tensor keeps the bytes of its message.
type (
	model struct {
		graph     graph
		functions map[string]bool // operators that the file brings, as operatorKey
		seen      bool            // there is a graph
	}

	graph struct {
		nodes        []node
		initializers []tensor
		inputs       []valueInfo
		declared     []valueInfo // of outputs and values between
		outputs      []string
	}

	node struct {
		name, operator, domain string
		inputs, outputs        []string
		attributes             []attribute
		hidden                 string // a kernel's operator in a graph below this node
		start, end             int    // bytes of the file
	}

	attribute struct {
		name   string
		i      int64
		f      float32
		s      string
		t      *tensor
		ints   []int64
		floats []float32
	}

	tensor struct {
		name  string
		dims  []int64
		dtype int64
		body  message
	}

	valueInfo struct {
		name   string
		dtype  int64
		shaped bool // it is a tensor of known rank
		dims   []dimension
	}

	// dimension is a size, or a name that stands for one, or neither.
	dimension struct {
		size  int64
		sized bool
		param string
	}
)

// Limits on what a file makes this package hold and do.
const (
	maxKept  = 256 << 20 // bytes of nodes, names and numbers; weights are not kept
	partSize = 256       // bytes of a node, a tensor or an attribute, about
	maxRank  = 32
	maxDepth = 32 // of graphs in graphs
)

// message is the content of one message and the byte of the file where it
// begins.
type message struct {
	data []byte
	at   int
}

// field is one field of a message: number, and a content or a number.
type field struct {
	number protowire.Number
	kind   protowire.Type
	body   message // of a BytesType
	bits   uint64  // of the others
	at     int     // byte of the file
}

// decoder reads messages until something is wrong.
type decoder struct {
	kept int
	err  error
}

func (d *decoder) fail(at int, format string, args ...any) {
	if d.err == nil {
		d.err = fmt.Errorf("byte %d: %s", at, fmt.Sprintf(format, args...))
	}
}

// keep counts the bytes that are kept, and grow with a file's parts and not with
// their lengths.
func (d *decoder) keep(at, bytes int) {
	if d.kept += bytes; d.kept > maxKept {
		d.fail(at, "more than %d MiB of nodes, names and numbers", maxKept>>20)
	}
}

// fields visits the fields of a message in their order.
func (d *decoder) fields(m message, visit func(f field)) {
	for at := 0; at < len(m.data) && d.err == nil; {
		f := field{at: m.at + at}
		var tag, value int
		f.number, f.kind, tag = protowire.ConsumeTag(m.data[at:])
		if tag < 0 {
			d.fail(f.at, "%s", damage(tag, "no field of a message"))
			return
		}
		rest := m.data[at+tag:]
		switch f.kind {
		case protowire.BytesType:
			f.body.data, value = protowire.ConsumeBytes(rest)
			f.body.at = m.at + at + tag + value - len(f.body.data)
		case protowire.VarintType:
			f.bits, value = protowire.ConsumeVarint(rest)
		case protowire.Fixed32Type:
			var bits uint32
			bits, value = protowire.ConsumeFixed32(rest)
			f.bits = uint64(bits)
		case protowire.Fixed64Type:
			f.bits, value = protowire.ConsumeFixed64(rest)
		default:
			value = protowire.ConsumeFieldValue(f.number, f.kind, rest)
		}
		if value < 0 {
			d.fail(f.at, "%s", damage(value, fmt.Sprintf("a broken field %d", f.number)))
			return
		}
		visit(f)
		at += tag + value
	}
}

// damage tells a file that ends too early from one that is wrong. The texts of
// protowire are not of use: they differ from build to build.
func damage(code int, wrong string) string {
	if protowire.ParseError(code) == io.ErrUnexpectedEOF {
		return "it ends in the middle of something, or says that it is longer than it is"
	}
	return wrong
}

// is says whether a field has the type that onnx.proto gives it.
func (d *decoder) is(f field, kind protowire.Type) bool {
	if f.kind == kind {
		return true
	}
	d.fail(f.at, "field %d has wire type %d, and in onnx.proto type %d", f.number, f.kind, kind)
	return false
}

func (d *decoder) message(f field) message {
	d.is(f, protowire.BytesType)
	return f.body
}

func (d *decoder) text(f field) string {
	d.keep(f.at, 16+len(f.body.data))
	return strings.ToValidUTF8(string(d.message(f).data), "\ufffd")
}

func (d *decoder) integer(f field) int64 {
	d.is(f, protowire.VarintType)
	return int64(f.bits)
}

// integers appends those of a repeated field, packed or one by one.
func (d *decoder) integers(to []int64, f field) []int64 {
	if f.kind == protowire.VarintType {
		d.keep(f.at, 8)
		return append(to, int64(f.bits))
	}
	m := d.message(f)
	for at := 0; at < len(m.data) && d.err == nil; {
		x, n := protowire.ConsumeVarint(m.data[at:])
		if n < 0 {
			d.fail(m.at+at, "%s", damage(n, "a broken number"))
			return to
		}
		d.keep(m.at+at, 8)
		to = append(to, int64(x))
		at += n
	}
	return to
}

// reals appends those of a repeated field of floats.
func (d *decoder) reals(to []float32, f field) []float32 {
	if f.kind == protowire.Fixed32Type {
		d.keep(f.at, 4)
		return append(to, math.Float32frombits(uint32(f.bits)))
	}
	m := d.message(f)
	for at := 0; at < len(m.data) && d.err == nil; at += 4 {
		x, n := protowire.ConsumeFixed32(m.data[at:])
		if n < 0 {
			d.fail(m.at+at, "%s", damage(n, "a broken number"))
			return to
		}
		d.keep(m.at+at, 4)
		to = append(to, math.Float32frombits(x))
	}
	return to
}

func (d *decoder) model(m message) *model {
	result := &model{functions: map[string]bool{}}
	d.fields(m, func(f field) {
		switch f.number {
		case 7:
			result.seen = true
			d.graph(&result.graph, d.message(f))
		case 25:
			result.functions[d.function(d.message(f))] = true
		}
	})
	return result
}

// operatorKey names an operator of any domain.
func operatorKey(domain, operator string) string {
	if domain == "" || domain == "ai.onnx" {
		return operator
	}
	return domain + "." + operator
}

func (d *decoder) function(m message) string {
	var name, domain string
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			name = d.text(f)
		case 10:
			domain = d.text(f)
		}
	})
	return operatorKey(domain, name)
}

func (d *decoder) graph(g *graph, m message) {
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			g.nodes = append(g.nodes, d.node(d.message(f)))
		case 5:
			g.initializers = append(g.initializers, d.tensor(d.message(f)))
		case 11:
			g.inputs = append(g.inputs, d.valueInfo(d.message(f)))
		case 12:
			v := d.valueInfo(d.message(f))
			g.declared, g.outputs = append(g.declared, v), append(g.outputs, v.name)
		case 13:
			g.declared = append(g.declared, d.valueInfo(d.message(f)))
		case 15:
			g.initializers = append(g.initializers, d.sparse(d.message(f)))
		}
	})
}

func (d *decoder) node(m message) node {
	d.keep(m.at, partSize)
	n := node{start: m.at, end: m.at + len(m.data)}
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			n.inputs = append(n.inputs, d.text(f))
		case 2:
			n.outputs = append(n.outputs, d.text(f))
		case 3:
			n.name = d.text(f)
		case 4:
			n.operator = d.text(f)
		case 5:
			body := d.message(f)
			n.attributes = append(n.attributes, d.attribute(body))
			if n.hidden == "" {
				n.hidden = d.kernelIn(body, 0)
			}
		case 7:
			n.domain = d.text(f)
		}
	})
	return n
}

func (d *decoder) attribute(m message) attribute {
	d.keep(m.at, partSize)
	var a attribute
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			a.name = d.text(f)
		case 2:
			d.is(f, protowire.Fixed32Type)
			a.f = math.Float32frombits(uint32(f.bits))
		case 3:
			a.i = d.integer(f)
		case 4:
			a.s = d.text(f)
		case 5:
			t := d.tensor(d.message(f))
			a.t = &t
		case 7:
			a.floats = d.reals(a.floats, f)
		case 8:
			a.ints = d.integers(a.ints, f)
		case 22:
			t := d.sparse(d.message(f))
			a.t = &t
		}
	})
	return a
}

// kernelIn is the operator of a kernel in the graphs that an attribute holds, or
// "" if they have none.
func (d *decoder) kernelIn(attribute message, depth int) (found string) {
	if depth > maxDepth {
		d.fail(attribute.at, "graphs in graphs, more than %d deep", maxDepth)
		return ""
	}
	d.fields(attribute, func(f field) {
		if f.number != 6 && f.number != 11 || found != "" {
			return
		}
		d.fields(d.message(f), func(f field) {
			if f.number == 1 && found == "" {
				found = d.kernelAt(d.message(f), depth)
			}
		})
	})
	return found
}

func (d *decoder) kernelAt(node message, depth int) (found string) {
	d.fields(node, func(f field) {
		switch {
		case found != "":
		case f.number == 4:
			if name := d.text(f); operators[name].kernel {
				found = name
			}
		case f.number == 5:
			found = d.kernelIn(d.message(f), depth+1)
		}
	})
	return found
}

// tensor reads what is known of one without its numbers.
func (d *decoder) tensor(m message) tensor {
	d.keep(m.at, partSize)
	t := tensor{body: m}
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			t.dims = d.integers(t.dims, f)
		case 2:
			t.dtype = d.integer(f)
		case 8:
			t.name = d.text(f)
		}
	})
	d.checkDims(m.at, t.name, t.dims)
	return t
}

// sparse reads a SparseTensorProto as the tensor that it stands for.
func (d *decoder) sparse(m message) tensor {
	var t tensor
	var dims []int64
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			t = d.tensor(d.message(f))
		case 3:
			dims = d.integers(dims, f)
		}
	})
	t.dims, t.body = dims, message{}
	d.checkDims(m.at, t.name, dims)
	return t
}

func (d *decoder) checkDims(at int, name string, dims []int64) {
	if err := checkDims(dims); err != nil {
		d.fail(at, "tensor %s: %v", quote(name), err)
	}
}

func (d *decoder) valueInfo(m message) valueInfo {
	d.keep(m.at, partSize)
	var v valueInfo
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			v.name = d.text(f)
		case 2:
			d.fields(d.message(f), func(f field) {
				if f.number == 1 {
					d.tensorType(&v, d.message(f))
				}
			})
		}
	})
	if len(v.dims) > maxRank {
		d.fail(m.at, "%s has %d dimensions; at most %d are read", quote(v.name), len(v.dims), maxRank)
	}
	return v
}

func (d *decoder) tensorType(v *valueInfo, m message) {
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			v.dtype = d.integer(f)
		case 2:
			v.shaped = true
			d.fields(d.message(f), func(f field) {
				if f.number == 1 {
					v.dims = append(v.dims, d.dimension(d.message(f)))
				}
			})
		}
	})
}

func (d *decoder) dimension(m message) dimension {
	d.keep(m.at, partSize)
	var dim dimension
	d.fields(m, func(f field) {
		switch f.number {
		case 1:
			dim.size, dim.sized = d.integer(f), true
		case 2:
			dim.param = d.text(f)
		}
	})
	return dim
}

func quote(text string) string {
	const most = 80
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return fmt.Sprintf("%q", text)
}
