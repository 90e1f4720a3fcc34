package onnx

import (
	"encoding/binary"
	"math"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"
)

// net is an ONNX model as it is put together in a test.
type net struct{ graph []byte }

func (m *net) file() []byte {
	return embed(embed(nil, 8, number64(nil, 2, 17)), 7, m.graph)
}

func embed(to []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(to, field, protowire.BytesType), content)
}

func number64(to []byte, field protowire.Number, x int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(to, field, protowire.VarintType), uint64(x))
}

func (m *net) info(field protowire.Number, name string, dtype int64, dims []any) *net {
	var shape []byte
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			shape = embed(shape, 1, number64(nil, 1, int64(d)))
		case int64:
			shape = embed(shape, 1, number64(nil, 1, d))
		case string:
			shape = embed(shape, 1, embed(nil, 2, []byte(d)))
		}
	}
	kind := embed(nil, 1, embed(number64(nil, 1, dtype), 2, shape))
	m.graph = embed(m.graph, field, embed(embed(nil, 1, []byte(name)), 2, kind))
	return m
}

// input has dimensions that are sizes or names.
func (m *net) input(name string, dtype int64, dims ...any) *net { return m.info(11, name, dtype, dims) }

func (m *net) declare(name string, dtype int64, dims ...any) *net {
	return m.info(13, name, dtype, dims)
}

// weights are an initializer whose data is elsewhere.
func (m *net) weights(name string, dtype int64, dims ...int64) *net {
	m.graph = embed(m.graph, 5, number64(encodeTensor(name, dtype, dims), 14, 1))
	return m
}

// integers are an initializer with its data.
func (m *net) integers(name string, list ...int64) *net {
	var packed []byte
	for _, x := range list {
		packed = protowire.AppendVarint(packed, uint64(x))
	}
	m.graph = embed(m.graph, 5, embed(encodeTensor(name, tInt64, []int64{int64(len(list))}), 7, packed))
	return m
}

func encodeTensor(name string, dtype int64, dims []int64) []byte {
	var t []byte
	for _, size := range dims {
		t = number64(t, 1, size)
	}
	return embed(number64(t, 2, dtype), 8, []byte(name))
}

// node takes "Operator x w -> y", of domain if there is one before a dot; an
// operand _ is left out.
func (m *net) node(text string, attributes ...[]byte) *net {
	words, results, _ := strings.Cut(text, " -> ")
	operator, operands, _ := strings.Cut(words, " ")
	var n []byte
	for _, name := range strings.Fields(operands) {
		n = embed(n, 1, []byte(strings.Trim(name, "_")))
	}
	for _, name := range strings.Fields(results) {
		n = embed(n, 2, []byte(name))
	}
	domain := ""
	if at := strings.LastIndexByte(operator, '.'); at >= 0 {
		domain, operator = operator[:at], operator[at+1:]
	}
	n = embed(embed(n, 4, []byte(operator)), 7, []byte(domain))
	for _, a := range attributes {
		n = embed(n, 5, a)
	}
	m.graph = embed(m.graph, 1, n)
	return m
}

func list(name string, values ...int64) []byte {
	a := embed(nil, 1, []byte(name))
	for _, x := range values {
		a = number64(a, 8, x)
	}
	return a
}

func number1(name string, x int64) []byte { return number64(embed(nil, 1, []byte(name)), 3, x) }

func word(name, text string) []byte { return embed(embed(nil, 1, []byte(name)), 4, []byte(text)) }

// reals are an initializer with its data.
func (m *net) reals(name string, dims []int64, values []float32) *net {
	var raw []byte
	for _, x := range values {
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(x))
	}
	m.graph = embed(m.graph, 5, embed(encodeTensor(name, tFloat, dims), 9, raw))
	return m
}

// output names what the model gives.
func (m *net) output(name string) *net {
	m.graph = embed(m.graph, 12, embed(nil, 1, []byte(name)))
	return m
}
